/// The tables in a PostgreSQL database, over a bounded pool of connections that open when needed.
///
/// Making it never fails for a server that is down: only a query does, and the next query after the server's return
/// succeeds.
final class PostgresDatabase: SessionDatabase {
    private let pool: PostgresPool

    /// A database without an open connection; `noLibrary` when libpq is missing, which every connection needs.
    init(at location: PostgresLocation, _ limits: PostgresLimits = PostgresLimits()) throws(SessionStoreError) {
        guard PostgresConnection.isLoaded else { throw .noLibrary }
        pool = PostgresPool(to: location, limits)
    }

    /// Makes a table if it is missing; see ``PostgresWorker/createTable(_:)``.
    func createTable(_ table: StoreTable = .sessions) async throws(SessionStoreError) {
        try await pool.withWorker { (worker) async throws(SessionStoreError) in try await worker.createTable(table) }
    }

    /// See ``SessionDatabase/run(_:_:)``.
    func run(_ query: TableQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]] {
        try await pool.withWorker { (worker) async throws(SessionStoreError) in try await worker.run(query, parameters)
        }
    }

    /// See ``SessionDatabase/commit(_:)``.
    func commit(_ statements: [TableStatement]) async throws(SessionStoreError) -> [[[SQLValue]]] {
        try await pool.withWorker { (worker) async throws(SessionStoreError) in try await worker.commit(statements) }
    }

    /// See ``SessionDatabase/isInPlace()``: a server has one database of a name.
    func isInPlace() async -> Bool { true }

    /// See ``SessionDatabase/close()``.
    func close() async {
        await pool.close()
    }
}
