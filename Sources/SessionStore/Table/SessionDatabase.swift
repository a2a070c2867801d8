/// A SQL database with the tables of ``StoreTable``.
protocol SessionDatabase: Sendable {
    /// Runs one statement with its parameters, all or nothing, and returns its rows.
    func run(_ query: TableQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]]

    /// Closes the database. Later calls throw `unavailable`.
    func close() async
}
