/// The table in a PostgreSQL database, over a bounded pool of connections that are made when they are needed.
///
/// A server that is down is no error before something is asked of it, and what is asked once it is back finds it.
final class PostgresDatabase: SessionDatabase {
    private let pool: PostgresPool

    /// A database without a connection yet; `noLibrary` when there could never be one.
    init(at location: PostgresLocation, _ limits: PostgresLimits = PostgresLimits()) throws(SessionStoreError) {
        guard PostgresConnection.isLoaded else { throw .noLibrary }
        pool = PostgresPool(to: location, limits)
    }

    /// Makes the table when it is not there; see ``PostgresLane/createTable()``.
    func createTable() async throws(SessionStoreError) {
        try await pool.withLane { (lane) async throws(SessionStoreError) in try await lane.createTable() }
    }

    /// See ``SessionDatabase/run(_:_:)``.
    func run(_ query: SessionQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]] {
        try await pool.withLane { (lane) async throws(SessionStoreError) in try await lane.run(query, parameters) }
    }

    /// See ``SessionDatabase/check()``.
    func check() async throws(SessionStoreError) {
        _ = try await run(.probe, [])
    }

    /// See ``SessionDatabase/close()``.
    func close() async {
        await pool.close()
    }
}
