import ProxyCore

/// The algorithms a token may be signed with (RFC 7518 section 3.1). No others are accepted.
enum IdentityAlgorithm: String, Sendable, CaseIterable {
    /// RSA, PKCS #1 v1.5, with SHA-256.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"

    /// The algorithm with this JSON string as its name, byte for byte; nil for any other value.
    init?(_ value: JSONValue?) {
        guard case .string(let name) = value,
            let algorithm = Self.allCases.first(where: { name.equals($0.rawValue) })
        else { return nil }
        self = algorithm
    }
}
