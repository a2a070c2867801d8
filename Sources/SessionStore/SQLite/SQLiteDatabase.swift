import Glibc

/// The tables in one SQLite file, or in memory.
///
/// An actor on a queue of its own. The event loop may await its methods without ever being blocked.
actor SQLiteDatabase: SessionDatabase {
    private nonisolated let queue = StoreQueue(label: "session-store")
    private var file: SQLiteFile?

    /// The actor's executor: the database's own queue.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    /// Opens the database at `path`, and checks its pages and its tables. Blocks meanwhile.
    ///
    /// - Parameters:
    ///   - path: a file, or `:memory:` for a database inside the connection, which exists only if `creating` is set.
    ///   - creating: makes a missing file (mode 0600) and missing tables. Without it, a missing file is an error.
    ///   - tables: those it is opened for. Without `creating`, ``StoreTable/mustExist`` says whether a missing one is an
    ///     error.
    init(path: String, creating: Bool, for tables: [StoreTable] = [.sessions]) throws(SessionStoreError) {
        try Self.prepareFile(at: path, creating: creating)
        let needed = creating ? tables : tables.filter(\.mustExist)
        file = try SQLiteFile(path: path, making: creating ? tables : [], needing: needed)
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
        _ query: TableQuery,
        _ parameters: [SQLValue]
    ) async throws(SessionStoreError) -> [[SQLValue]] {
        try await run(query, parameters, until: .now + SQLiteConnection.lockTimeout)
    }

    private func run(
        _ query: TableQuery,
        _ parameters: [SQLValue],
        until deadline: ContinuousClock.Instant
    ) throws(SessionStoreError) -> [[SQLValue]] {
        let remaining = try remaining(until: deadline)
        return try file?.run(query, parameters, lockTimeout: remaining) ?? []
    }

    /// See ``SessionDatabase/commit(_:)``. Waits as ``run(_:_:)`` does.
    nonisolated func commit(_ statements: [TableStatement]) async throws(SessionStoreError) -> [[[SQLValue]]] {
        try await commit(statements, until: .now + SQLiteConnection.lockTimeout)
    }

    private func commit(
        _ statements: [TableStatement],
        until deadline: ContinuousClock.Instant
    ) throws(SessionStoreError) -> [[[SQLValue]]] {
        let remaining = try remaining(until: deadline)
        return try file?.commit(statements, lockTimeout: remaining) ?? []
    }

    private func remaining(until deadline: ContinuousClock.Instant) throws(SessionStoreError) -> Duration {
        guard file != nil else { throw .unavailable(reason: "it has been closed") }
        let remaining = deadline - .now
        guard remaining > .zero else { throw .busy }
        return remaining
    }

    /// See ``SessionDatabase/createTable(_:)``.
    func createTable(_ table: StoreTable) throws(SessionStoreError) { try file?.createTable(table) }

    /// See ``SessionDatabase/isInPlace()``.
    func isInPlace() -> Bool { file?.isInPlace ?? false }

    /// See ``SessionDatabase/close()``.
    func close() {
        file = nil
    }
}
