import ProxyCore
import Settings

/// Which credentials are admitted.
struct GateSettings: Sendable {
    /// The session a token must be for, when the container serves one only.
    let sessionID: String?
    /// What the gate asks of a token beyond its validity.
    let policy: GatePolicy
    /// Whether a connection ends when its token expires.
    let expiresConnections: Bool
    /// How many refused credentials of one address in a minute are answered with 401; nil for any number.
    let refusals: Int?
    /// The operators' token.
    let adminToken: SecretBytes?
    /// The key of role tokens; nil when it is not set.
    let roleKey: SigningKey?

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        sessionID = try environment.optional(Self.sessionIDVariable)
        let roles = try RoleSettings(environment)
        adminToken = roles.adminToken
        roleKey = roles.key
        policy = GatePolicy(
            sessionID: sessionID,
            checksAddress: try environment.value(Self.checkIPVariable),
            tokenUse: try environment.value(Self.tokenUseVariable),
            roles: RolePolicy(isOn: roles.isOn, key: roleKey, adminToken: adminToken),
            tellsTokensApart: try environment.value(ConnectionLimits.whenFullVariable) == .evict
        )
        expiresConnections = try environment.value(Self.expireConnectionsVariable)
        let refusals = try environment.value(Self.refusalsVariable)
        self.refusals = refusals == 0 ? nil : refusals
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        sessionIDVariable.description, tokenUseVariable.description, checkIPVariable.description,
        expireConnectionsVariable.description, refusalsVariable.description,
    ]

    private static let sessionIDVariable = Variable(
        "SESSION_ID",
        in: .gate,
        expected: "text without control characters",
        help: "The one session this container serves; a token for another is refused.",
        parse: { VariableParsing.printable($0) }
    )
    private static let tokenUseVariable = Variable(
        "CDP_PROXY_TOKEN_USE",
        in: .gate,
        standard: "many",
        expected: "many or once",
        help: "How many connections one token admits.",
        parse: { TokenUse(rawValue: $0) }
    )
    private static let checkIPVariable = Variable(
        "CDP_PROXY_CHECK_IP",
        in: .gate,
        standard: "on",
        expected: "on or off",
        help: "Whether a token's ipAddress must be the caller's; off for callers behind NAT.",
        parse: { VariableParsing.isOn($0) }
    )
    private static let expireConnectionsVariable = Variable(
        "CDP_PROXY_EXPIRE_CONNECTIONS",
        in: .gate,
        standard: "off",
        expected: "on or off",
        help: "Whether a live connection ends when its token expires.",
        parse: { VariableParsing.isOn($0) }
    )
    private static let refusalsVariable = Variable(
        "CDP_PROXY_REFUSALS",
        in: .gate,
        standard: "60",
        expected: "a whole number from 0 (no limit) to 1000000",
        help: "How many refused credentials an address may show in a minute; further ones get 429, good ones never.",
        parse: { VariableParsing.integer($0, in: 0...1_000_000) }
    )
}
