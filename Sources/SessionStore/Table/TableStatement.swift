/// One of the tables' statements with its parameters.
struct TableStatement: Sendable {
    /// The statement.
    let query: TableQuery
    /// The values of `$1`, `$2`, …
    let parameters: [SQLValue]

    /// A statement with its parameters.
    init(_ query: TableQuery, _ parameters: [SQLValue]) {
        self.query = query
        self.parameters = parameters
    }
}
