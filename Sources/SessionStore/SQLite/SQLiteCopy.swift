import Glibc

/// A private copy of a database and its journals. Its files are deleted as soon as the connection has opened them.
///
/// Only for files that no process writes to: if one changes while it is copied, the initialiser throws `busy`. No other
/// connection of this process may hold a lock on the files, because closing any descriptor of a file releases all of
/// the process's locks on it.
struct SQLiteCopy {
    /// The identity, size and modification time of a file; nil when there is no file.
    private struct FileState: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(of path: String) {
            var status = stat()
            // `status` outlives the call, which writes only to it.
            guard unsafe stat(path, &status) == 0 else { return nil }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = Int(status.st_mtim.tv_sec)
            nanoseconds = Int(status.st_mtim.tv_nsec)
        }
    }

    /// The suffixes of the database's file and of those a writer may have left beside it.
    private static let suffixes = ["", "-journal", "-wal"]

    /// The largest database it copies, in bytes: the copy may take up the memory of a container.
    private static let largestSize: Int64 = 256 << 20

    /// The open copy, with the unfinished change rolled back.
    let connection: SQLiteConnection
    private let states: [FileState?]

    /// Copies the database at `path`; throws `busy` if it changes meanwhile.
    init(of path: String) throws(SessionStoreError) {
        let path = Self.realPath(path)
        let states = Self.states(path)
        guard states.reduce(0, { $0 + ($1?.size ?? 0) }) <= Self.largestSize else { throw Self.unfinished }
        let folder = try Self.makeFolder()
        let target = "\(folder)/copy"
        defer {
            for suffix in Self.suffixes + ["-shm"] { unsafe unlink(target + suffix) }
            unsafe rmdir(folder)
        }
        for (suffix, state) in zip(Self.suffixes, states) where state != nil {
            try Self.copy(path + suffix, to: target + suffix)
        }
        guard Self.states(path) == states else { throw .busy }
        connection = try SQLiteConnection(path: target)
        // Rolls the unfinished change back. After that, SQLite needs no second file.
        try connection.run("SELECT 1 FROM sqlite_schema LIMIT 1")
        try connection.run("PRAGMA journal_mode=DELETE")
        self.states = states
    }

    /// Whether the database at `path` has not changed since it was copied.
    func isCurrent(_ path: String) -> Bool { Self.states(Self.realPath(path)) == states }

    /// The path with links resolved, since SQLite keeps journals beside the file itself.
    private static func realPath(_ path: String) -> String {
        // Without a buffer the call allocates one, and `free` releases it.
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func states(_ path: String) -> [FileState?] { suffixes.map { FileState(of: path + $0) } }

    private static func makeFolder() throws(SessionStoreError) -> String {
        for parent in [unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }, "/tmp", "/dev/shm"] {
            guard let parent, !parent.isEmpty else { continue }
            // mkdtemp replaces six letters X in place and makes the folder with mode 0700.
            var template = Array("\(parent)/cdp-proxy-\(String(repeating: "X", count: 6))".utf8CString)
            if let name = unsafe mkdtemp(&template) { return unsafe String(cString: name) }
        }
        throw unfinished
    }

    private static let unfinished = SessionStoreError.unavailable(
        reason: "its writer ended in the middle of a change, and only a process that may write can undo it"
    )

    private static func copy(_ source: String, to target: String) throws(SessionStoreError) {
        let input = unsafe open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(source) }
        defer { close(input) }
        let output = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(target) }
        defer { close(output) }
        while true {
            // The kernel copies 16 MiB with each call.
            let count = sendfile(output, input, nil, 16 << 20)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(target) }
            if count == 0 { return }
        }
    }

    private static func failure(_ path: String) -> SessionStoreError {
        .unopenable(database: path, reason: unsafe String(cString: strerror(errno)))
    }
}
