import Glibc

@testable import SessionStore

/// A PostgreSQL server for the test process. `scripts/postgres-for-tests` makes it, and removes it when the process
/// ends in any way.
actor PostgresServer {
    /// The server or the script failed.
    struct Failure: Error {
        let what: String
    }

    /// The address of the server.
    struct Address: Sendable {
        let port: Int
        /// The folder of its socket and of `root.crt`, its TLS certificate.
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

    /// The server that tests share. A test that stops its server makes one of its own.
    static let shared = PostgresServer()

    private nonisolated let queue = StoreQueue(label: "postgres-server")
    private var started: Address?
    private var socket: Int32 = -1
    private var databases = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    deinit {
        close(socket)
    }

    /// The address of the server. The first call starts it.
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

    /// Shuts the server down in order, which ends its connections.
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
        // The kernel reads only within the array.
        guard unsafe write(socket, bytes, bytes.count) == bytes.count, try readLine() == "done" else {
            throw Failure(what: line)
        }
    }

    /// Runs the script with a socket as its input and output. No other child of this process inherits the socket.
    ///
    /// The script must not be a child of this process. Swift Testing waits for any child to end, and would find the
    /// script's end over and over instead of that of its exit tests.
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
        // The script must not inherit the signal mask of this process.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // A shell gives a background command an empty input unless told otherwise.
        let words = ["bash", "-c", "exec 3<&0; \"$0\" <&3 3<&- &", "\(root)/scripts/postgres-for-tests"]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { while let argument = unsafe arguments.popLast() { unsafe free(argument) } }
        var shell = pid_t()
        // The array and the strings outlive the call.
        guard unsafe posix_spawn(&shell, "/bin/bash", &actions, &attributes, &arguments, environ) == 0,
            waitpid(shell, nil, 0) == shell
        else { throw Failure(what: "postgres-for-tests cannot be run") }
        socket = ends[0]
    }

    private func readLine() throws -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(socket, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }
}
