/// A SQL database with the tables of ``StoreTable``.
protocol SessionDatabase: Sendable {
    /// Runs one statement with its parameters, all or nothing, and returns its rows.
    func run(_ query: TableQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]]

    /// Runs statements in one transaction, all of them or none, and returns the rows of each. Those who wait for what is
    /// announced hear of it when it is done.
    func commit(_ statements: [TableStatement]) async throws(SessionStoreError) -> [[[SQLValue]]]

    /// Makes a table if it is missing.
    func createTable(_ table: StoreTable) async throws(SessionStoreError)

    /// Whether it is still what its location names: a SQLite file may have been deleted or replaced since it was opened.
    func isInPlace() async -> Bool

    /// Closes the database. Later calls throw `unavailable`.
    func close() async
}

extension SessionDatabase {
    /// Like ``commit(_:)``, for statements that write a revocation: a database that is older than those has no table of them
    /// before the first.
    func commitRevocation(_ statements: [TableStatement]) async throws(SessionStoreError) -> [[[SQLValue]]] {
        do throws(SessionStoreError) {
            return try await commit(statements)
        } catch .noTable(_, StoreTable.revocations.rawValue) {
            try await createTable(.revocations)
            return try await commit(statements)
        }
    }
}
