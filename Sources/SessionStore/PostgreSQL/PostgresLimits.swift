/// The bounds on connections to a PostgreSQL server and on waiting for its answers.
struct PostgresLimits: Sendable {
    /// The most open connections.
    var connections = 8
    /// The most callers that may wait for a connection.
    var waiting = 1024
    /// How long a caller waits for a connection that another caller uses.
    var wait: Duration = .seconds(5)
    /// How long opening a connection may take, unless the URL has a `connect_timeout`. It includes the lookup of the
    /// host's name by the system's resolver, which has timeouts of its own.
    var connect: Duration = .seconds(5)
    /// How long a statement may take. The server gets nine tenths of it as its own timeout, so that it does not
    /// complete a statement after the caller has seen it fail.
    var statement: Duration = .seconds(5)
    /// After how long without a notification a connection that listens is asked whether it is still there.
    var silence: Duration = .seconds(10)
}
