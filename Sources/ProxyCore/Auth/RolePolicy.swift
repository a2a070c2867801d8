/// Which credentials with roles are admitted.
public struct RolePolicy: Sendable, Redacted {
    /// Whether roles are honoured; otherwise a credential that carries some is refused.
    public let isOn: Bool
    /// The key of role tokens; nil when none is admitted.
    let key: SigningKey?
    private let adminToken: SecretBytes?

    /// Roles are honoured unless said otherwise, in signingKeys alone. `adminToken`, as a Bearer, is an admin.
    public init(isOn: Bool = true, key: SigningKey? = nil, adminToken: SecretBytes? = nil) {
        self.isOn = isOn
        self.key = isOn ? key : nil
        self.adminToken = isOn ? adminToken : nil
    }

    /// Whether these bytes are the admin's token. The time taken depends on the lengths only.
    func isAdminToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let adminToken, adminToken.count == bytes.count else { return false }
        return adminToken.equals(SecretBytes(bytes))
    }
}
