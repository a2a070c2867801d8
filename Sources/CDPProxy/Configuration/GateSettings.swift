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
    /// The operators' token.
    let adminToken: SecretBytes?

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        sessionID = try environment.optional(Self.sessionIDVariable)
        policy = GatePolicy(
            sessionID: sessionID,
            checksAddress: try environment.value(Self.checkIPVariable),
            tokenUse: try environment.value(Self.tokenUseVariable)
        )
        expiresConnections = try environment.value(Self.expireConnectionsVariable)
        adminToken = try environment.optional(Self.adminTokenVariable)
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        sessionIDVariable.description, tokenUseVariable.description, checkIPVariable.description,
        expireConnectionsVariable.description, adminTokenVariable.description,
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
    private static let adminTokenVariable = Variable(
        "FLYBROWSER_ADMIN_TOKEN",
        in: .gate,
        expected: "visible ASCII characters without spaces",
        help: "What operators show as a Bearer token on the admin listener.",
        parse: { VariableParsing.visibleASCII($0).map { SecretBytes(utf8: $0) } }
    )
}
