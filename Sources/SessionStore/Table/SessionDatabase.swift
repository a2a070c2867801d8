/// A SQL database that can be asked what ``SessionTable`` asks.
protocol SessionDatabase: Sendable {
    /// Runs one statement with its parameters, all or nothing, and returns the rows it gives.
    func run(_ query: SessionQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]]

    /// Asks whether the database answers and has the table with all its columns.
    func check() async throws(SessionStoreError)

    /// Gives the database back. Later calls are answered `unavailable`.
    func close() async
}
