import Settings

/// The limits for each user and for all users together.
struct ServiceLimits: Sendable {
    /// The most requests of a user in a window.
    let rate: Int
    /// The length of a window.
    let window: Duration
    /// The largest storage state, in bytes of JSON text.
    let stateSize: Int
    /// The most connections. A further one takes the place of an idle one, or waits.
    let connections: Int
    /// How long a connection may be idle between two requests.
    let idle: Duration
    /// The most sessions of a user.
    let sessions: Int
    /// How long running requests may go on after SIGTERM.
    let drain: Duration

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        rate = try environment.value(Self.rateVariable)
        window = .seconds(try environment.value(Self.windowVariable))
        stateSize = try environment.value(Self.stateVariable)
        connections = try environment.value(Self.connectionsVariable)
        idle = try environment.value(Self.idleVariable)
        sessions = try environment.value(Self.sessionsVariable)
        drain = try environment.value(Self.drainVariable)
    }

    /// The variables in the order of the help.
    static let variables = [
        rateVariable.description, windowVariable.description, stateVariable.description,
        sessionsVariable.description, connectionsVariable.description, idleVariable.description,
        drainVariable.description,
    ]

    private static let rateVariable = Variable(
        "SESSION_RATE_LIMIT_PER_MINUTE",
        in: .limits,
        standard: "60",
        expected: "a whole number from 1 to 1000000",
        help: "The most requests of a user in a window.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    private static let windowVariable = Variable(
        "SESSION_RATE_LIMIT_WINDOW_SECONDS",
        in: .limits,
        standard: "60",
        expected: "a whole number of seconds from 1 to 86400",
        help: "The length of that window, in seconds.",
        parse: { VariableParsing.integer($0, in: 1...86_400) }
    )
    private static let stateVariable = Variable(
        "SESSION_MAX_STORAGE_STATE_BYTES",
        in: .limits,
        standard: "1048576",
        expected: "a whole number from 1024 to 67108864",
        help: "The largest storage state, in bytes of JSON.",
        parse: { VariableParsing.integer($0, in: 1024...67_108_864) }
    )
    private static let sessionsVariable = Variable(
        "SESSION_MAX_PER_USER",
        in: .limits,
        standard: "100",
        expected: "a whole number from 1 to 1000000",
        help: "The most sessions a user may have.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    private static let connectionsVariable = Variable(
        "SESSION_MAX_CONNECTIONS",
        in: .limits,
        standard: "1024",
        expected: "a whole number from 1 to 1000000",
        help: "The most connections at a time. A further one replaces an idle one, or waits.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    private static let idleVariable = Variable(
        "SESSION_IDLE_TIMEOUT",
        in: .limits,
        standard: "75s",
        expected: "a duration such as 75s, from 1s to 1h",
        help: "How long a connection may be idle between two requests; longer than a load balancer in front keeps one.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(3600)) }
    )
    private static let drainVariable = Variable(
        "SESSION_DRAIN",
        in: .limits,
        standard: "30s",
        expected: "a duration such as 30s, at most 1h",
        help: "How long running requests may go on after SIGTERM.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(3600)) }
    )
}

extension VariableSection {
    /// The limits of users and connections.
    static let limits = VariableSection("Limits")
    /// The identity provider.
    static let identityProvider = VariableSection("Identity provider")
}
