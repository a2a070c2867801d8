/// How much of a PostgreSQL server is used, and for how long its answers are waited for.
struct PostgresLimits: Sendable {
    /// The most connections at a time.
    var connections = 8
    /// The most callers that wait for a connection.
    var waiting = 1024
    /// How long one waits for a connection that others use.
    var wait: Duration = .seconds(5)
    /// How long making a connection may take, unless the URL has a `connect_timeout`. A host's name is looked up
    /// within it, by the system's resolver, which has limits of its own.
    var connect: Duration = .seconds(5)
    /// How long a statement may take. The server is told to give up a little earlier, so that what the caller was told
    /// has failed is not done later.
    var statement: Duration = .seconds(5)
}
