import Glibc

@testable import SessionStore

/// A PostgreSQL server of the test process's own, which `scripts/postgres-for-tests` makes and removes: it goes when the
/// process does, whichever way.
actor PostgresServer {
    /// The server, or the script, did not do what it was asked.
    struct Failure: Error {
        let what: String
    }

    /// Where the server is.
    struct Address: Sendable {
        let port: Int
        /// The folder of its socket and of `root.crt`, the certificate it shows to TLS clients.
        let folder: String

        /// A `DATABASE_URL` for one of its databases.
        func url(
            _ database: String,
            user: String = "owner",
            password: String? = nil,
            host: String = "127.0.0.1",
            query: String = ""
        ) -> String {
            "postgresql://\(user):\(password ?? user)@\(host):\(port)/\(database)\(query)"
        }
    }

    /// The one that tests share; a test that stops it makes one of its own.
    static let shared = PostgresServer()

    private nonisolated let queue = StoreQueue(label: "postgres-server")
    private var started: Address?
    private var socket: Int32 = -1
    private var databases = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    deinit {
        close(socket)
    }

    /// Starts the server when it is asked for first.
    func address() throws -> Address {
        if let started { return started }
        try launch()
        let words = try readLine().split(separator: " ")
        guard words.count == 3, words[0] == "ready", let port = Int(words[1]) else {
            throw Failure(what: "no PostgreSQL server; `scripts/install-packages test` installs it")
        }
        let address = Address(port: port, folder: String(words[2]))
        started = address
        return address
    }

    /// Makes an empty database that `owner` owns, and returns its name.
    func makeDatabase() throws -> String {
        databases += 1
        let name = "test_\(databases)"
        try sql("CREATE DATABASE \(name) OWNER owner", in: "postgres")
        return name
    }

    /// Runs one line of SQL as the superuser.
    func sql(_ text: String, in database: String) throws {
        try command("sql \(database) \(text)")
    }

    /// Ends the server's connections and the server, as at an orderly shutdown.
    func stop() throws {
        try command("stop")
    }

    /// Starts the stopped server.
    func start() throws {
        try command("start")
    }

    private func command(_ line: String) throws {
        _ = try address()
        let bytes = Array("\(line)\n".utf8)
        // The kernel reads within the array.
        guard unsafe write(socket, bytes, bytes.count) == bytes.count, try readLine() == "done" else {
            throw Failure(what: line)
        }
    }

    /// Runs the script with a socket as its input and output, which no other child of this process inherits.
    private func launch() throws {
        signal(SIGPIPE, SIG_IGN)
        let root = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined()
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure(what: "no socket") }
        defer { close(ends[1]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for standard in [STDIN_FILENO, STDOUT_FILENO] {
            unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], standard)
        }
        // What the process does with signals is not the script's.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        guard let path = unsafe strdup("\(root)/scripts/postgres-for-tests") else { throw Failure(what: "no memory") }
        defer { unsafe free(path) }
        // Both arrays and what they point to outlive the call.
        var arguments = unsafe [path, nil]
        var process = pid_t()
        guard unsafe posix_spawn(&process, path, &actions, &attributes, &arguments, environ) == 0 else {
            throw Failure(what: "postgres-for-tests cannot be run")
        }
        socket = ends[0]
    }

    private func readLine() throws -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(socket, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }
}
