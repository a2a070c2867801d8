public import ProxyCore

/// Which credentials with roles are taken.
public struct RoleSettings: Sendable {
    /// Whether roles are honoured; otherwise a credential that carries some is refused.
    public let isOn: Bool
    /// The key of role tokens; nil when it is not set, so that none is taken.
    public let key: SigningKey?
    /// The token that is an admin as a Bearer, if any.
    public let adminToken: SecretBytes?

    /// Reads the settings.
    public init(_ environment: Environment) throws(ConfigurationError) {
        isOn = try environment.value(Self.switchVariable)
        key = try environment.optional(Self.keyVariable)
        adminToken = try environment.optional(Self.adminTokenVariable)
    }

    /// The variables of these settings, in the order of the help.
    public static let variables: [VariableDescription] = [
        switchVariable.description, keyVariable.description, adminTokenVariable.description,
    ]

    private static let switchVariable = Variable(
        "FLYBROWSER_RBAC_ENABLED",
        in: .roles,
        standard: "on",
        expected: "on or off",
        help: "Whether roles are honoured; off refuses credentials that carry some.",
        parse: { VariableParsing.isOn($0) }
    )
    private static let keyVariable = Variable(
        "FLYBROWSER_JWT_SECRET",
        in: .roles,
        expected: "the HS256 key of role tokens, 32 bytes at least",
        help: "The key of tokens that name a user and roles, and no browser session.",
        parse: { SigningKey($0.utf8) }
    )
    private static let adminTokenVariable = Variable(
        "FLYBROWSER_ADMIN_TOKEN",
        in: .roles,
        expected: "visible ASCII characters without spaces",
        help: "A Bearer token that is an admin.",
        parse: { VariableParsing.visibleASCII($0).map { SecretBytes(utf8: $0) } }
    )
}
