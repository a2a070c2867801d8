import Glibc

/// A copy of a database and its journals in a folder of this process's own, which is gone before it is read.
///
/// Only for files that no process writes to: a change while they are copied is noticed, and then there is no copy. No
/// other connection of this process may hold a lock on them: to close a descriptor of a file gives up all of them.
struct SQLiteCopy {
    /// What tells one state of a file from another; nil stands for a file that is not there.
    private struct State: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(of path: String) {
            var status = stat()
            // `status` outlives the call, which only writes it.
            guard unsafe stat(path, &status) == 0 else { return nil }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = Int(status.st_mtim.tv_sec)
            nanoseconds = Int(status.st_mtim.tv_nsec)
        }
    }

    /// The database and what a writer may have left beside it.
    private static let endings = ["", "-journal", "-wal"]

    /// The largest database that is copied, in bytes: the room may be the memory of a container.
    private static let largestSize: Int64 = 256 << 20

    /// The copy, open, with what was left undone rolled back.
    let connection: SQLiteConnection
    private let states: [State?]

    /// Copies the database at `path`; `busy` when it changes meanwhile.
    init(of path: String) throws(SessionStoreError) {
        let path = Self.realPath(path)
        let states = Self.states(path)
        guard states.reduce(0, { $0 + ($1?.size ?? 0) }) <= Self.largestSize else { throw Self.unfinished }
        let folder = try Self.makeFolder()
        let target = "\(folder)/copy"
        defer {
            for ending in Self.endings + ["-shm"] { unsafe unlink(target + ending) }
            unsafe rmdir(folder)
        }
        for (ending, state) in zip(Self.endings, states) where state != nil {
            try Self.copy(path + ending, to: target + ending)
        }
        guard Self.states(path) == states else { throw .busy }
        connection = try SQLiteConnection(path: target)
        // Ends what was left undone, and asks for no second file from then on.
        try connection.run("SELECT 1 FROM sqlite_schema LIMIT 1")
        try connection.run("PRAGMA journal_mode=DELETE")
        self.states = states
    }

    /// Whether the database at `path` is still as it was copied.
    func isOfToday(_ path: String) -> Bool { Self.states(Self.realPath(path)) == states }

    /// Where the journals lie: beside the file itself, not beside a link to it.
    private static func realPath(_ path: String) -> String {
        // Given no room, the call makes some, which is ours to give back.
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func states(_ path: String) -> [State?] { endings.map { State(of: path + $0) } }

    private static func makeFolder() throws(SessionStoreError) -> String {
        for parent in [unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }, "/tmp", "/dev/shm"] {
            guard let parent, !parent.isEmpty else { continue }
            var template = Array("\(parent)/cdp-proxy-XXXXXX".utf8CString)
            // The name is written over the six letters, in place; the folder's mode is 0700.
            if let name = unsafe mkdtemp(&template) { return unsafe String(cString: name) }
        }
        throw unfinished
    }

    private static let unfinished = SessionStoreError.unavailable(
        reason: "its writer ended in the middle of a change, which another writer has to undo"
    )

    private static func copy(_ source: String, to target: String) throws(SessionStoreError) {
        let input = unsafe open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(source) }
        defer { close(input) }
        let output = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(target) }
        defer { close(output) }
        while true {
            // In the kernel, a good piece at a time.
            let count = sendfile(output, input, nil, 1 << 24)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(target) }
            if count == 0 { return }
        }
    }

    private static func failure(_ path: String) -> SessionStoreError {
        .unopenable(database: path, reason: unsafe String(cString: strerror(errno)))
    }
}
