import Glibc

/// The table in one SQLite file, or in memory.
///
/// An actor on a queue of its own. The event loop may await its methods without ever being blocked.
actor SQLiteDatabase: SessionDatabase {
    private nonisolated let queue = StoreQueue(label: "session-store")
    private var file: SQLiteFile?

    /// The actor's executor: the database's own queue.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    /// Opens the database at `path`, and checks its pages and its table. Blocks meanwhile.
    ///
    /// - Parameters:
    ///   - path: a file, or `:memory:` for a database inside the connection, which exists only if `creating` is set.
    ///   - creating: makes a missing file (mode 0600) and table. Without it, both are errors.
    init(path: String, creating: Bool) throws(SessionStoreError) {
        try Self.prepareFile(at: path, creating: creating)
        file = try SQLiteFile(path: path, schema: creating ? Self.schema : nil)
    }

    /// Makes the file before SQLite opens it, so that it never has another mode than 0600.
    private static func prepareFile(at path: String, creating: Bool) throws(SessionStoreError) {
        let isMemory = path == ":memory:"
        if isMemory && creating { return }
        if !isMemory, unsafe access(path, F_OK) == 0 { return }
        guard creating else { throw .missing(path: path) }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { unsafe mkdir(String(path[..<slash]), 0o700) }
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unopenable(database: path, reason: unsafe String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
    }

    /// See ``SessionDatabase/run(_:_:)``. The wait for this queue and the wait for another process's lock together take
    /// at most `SQLiteConnection.lockTimeout`, so that a lock does not add to the wait of each caller in the queue.
    nonisolated func run(
        _ query: SessionQuery,
        _ parameters: [SQLValue]
    ) async throws(SessionStoreError) -> [[SQLValue]] {
        try await run(query, parameters, until: .now + SQLiteConnection.lockTimeout)
    }

    private func run(
        _ query: SessionQuery,
        _ parameters: [SQLValue],
        until deadline: ContinuousClock.Instant
    ) throws(SessionStoreError) -> [[SQLValue]] {
        guard file != nil else { throw .unavailable(reason: "it has been closed") }
        let remaining = deadline - .now
        guard remaining > .zero else { throw .busy }
        return try file?.run(query, parameters, lockTimeout: remaining) ?? []
    }

    /// See ``SessionDatabase/check()``.
    nonisolated func check() async throws(SessionStoreError) {
        _ = try await run(.probe, [])
    }

    /// See ``SessionDatabase/close()``.
    func close() {
        file = nil
    }

    /// The table as SQLAlchemy makes it.
    private static let schema = """
        CREATE TABLE IF NOT EXISTS browser_sessions (
            id VARCHAR(36) NOT NULL PRIMARY KEY,
            user_id VARCHAR(255) NOT NULL,
            name VARCHAR(50) NOT NULL,
            description VARCHAR(500),
            domains VARCHAR(1000) NOT NULL,
            storage_state_encrypted BLOB NOT NULL,
            iv BLOB NOT NULL,
            expires_at DATETIME,
            created_at DATETIME NOT NULL,
            updated_at DATETIME NOT NULL,
            CONSTRAINT uq_user_session_name UNIQUE (user_id, name)
        )
        """
}
