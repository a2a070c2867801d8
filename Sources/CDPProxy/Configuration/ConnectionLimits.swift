import Settings

/// What happens to a connection beyond a limit.
enum FullPolicy: String, Sendable {
    /// It is refused.
    case refuse
    /// The idlest other connection of its token makes room for it; without one it is refused.
    case evict
}

/// The most WebSocket connections at a time, in all and of each; nil where there is no limit.
struct ConnectionLimits: Sendable {
    /// In all.
    let total: Int
    /// Of one browser session.
    let ofSession: Int?
    /// Of one user.
    let ofUser: Int?
    /// Of one address.
    let ofAddress: Int?
    /// What happens to a connection beyond one of them.
    let whenFull: FullPolicy

    /// Reads the limits.
    init(_ environment: Environment) throws(ConfigurationError) {
        total = try environment.value(Self.totalVariable)
        ofSession = try environment.optional(Self.ofSessionVariable)
        ofUser = try environment.optional(Self.ofUserVariable)
        ofAddress = try environment.optional(Self.ofAddressVariable)
        whenFull = try environment.value(Self.whenFullVariable)
    }

    /// The variables the limits are read from, as they are listed.
    static let variables: [VariableDescription] = [
        totalVariable.description, ofSessionVariable.description, ofUserVariable.description,
        ofAddressVariable.description, whenFullVariable.description,
    ]

    private static let expected = "a whole number from 1 to 1000000"

    private static let totalVariable = Variable(
        "CDP_PROXY_MAX_CONNECTIONS",
        in: .connections,
        standard: "4096",
        expected: expected,
        help: "The most connections at a time; one more gets 503.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    private static let ofSessionVariable = Variable(
        "CDP_PROXY_MAX_CONNECTIONS_PER_SESSION",
        in: .connections,
        expected: expected,
        help: "How many of them one sessionId may have.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    private static let ofUserVariable = Variable(
        "CDP_PROXY_MAX_CONNECTIONS_PER_USER",
        in: .connections,
        expected: expected,
        help: "How many of them one userId may have.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    private static let ofAddressVariable = Variable(
        "CDP_PROXY_MAX_CONNECTIONS_PER_ADDRESS",
        in: .connections,
        expected: expected,
        help: "How many of them one address may have; a trusted proxy may have them all.",
        parse: { VariableParsing.integer($0, in: 1...1_000_000) }
    )
    /// Read by the gate too, which tells tokens apart where they make room for one another.
    static let whenFullVariable = Variable(
        "CDP_PROXY_FULL",
        in: .connections,
        standard: "refuse",
        expected: "refuse or evict",
        help: "At a limit, refuse the new connection, or evict the idlest other one of the same token for it.",
        parse: { FullPolicy(rawValue: $0) }
    )
}
