import ProxyCore

/// The algorithms a token may be signed with (RFC 7518 section 3.1); there are no others here.
enum IdentityAlgorithm: String, Sendable, CaseIterable {
    /// RSA, PKCS #1 v1.5, with SHA-256.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"

    /// The algorithm that a JSON value names, byte for byte; nil for any other.
    init?(_ value: JSONValue?) {
        guard case .string(let name) = value,
            let algorithm = Self.allCases.first(where: { name.equals($0.rawValue) })
        else { return nil }
        self = algorithm
    }
}

/// What a token and a key must have in common: an RSA key never verifies an ES256 token, whatever its name.
struct KeyName: Hashable, Sendable {
    /// The longest `kid` that is taken, in bytes.
    static let maximumByteCount = 256

    /// `kid`, compared byte for byte.
    let id: JSONString
    /// The algorithm the key is for.
    let algorithm: IdentityAlgorithm

    /// The name of an `id`, which must be text of 1 to 256 bytes; nil for any other JSON value.
    init?(_ id: JSONValue, _ algorithm: IdentityAlgorithm) {
        guard case .string(let id) = id, let text = id.text, 1...Self.maximumByteCount ~= text.utf8.count else {
            return nil
        }
        self.id = id
        self.algorithm = algorithm
    }
}
