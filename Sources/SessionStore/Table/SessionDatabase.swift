/// A SQL database with the table of ``SessionTable``.
protocol SessionDatabase: Sendable {
    /// Runs one statement with its parameters, all or nothing, and returns its rows.
    func run(_ query: SessionQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]]

    /// Checks that the database answers and has the table with all its columns.
    func check() async throws(SessionStoreError)

    /// Closes the database. Later calls throw `unavailable`.
    func close() async
}
