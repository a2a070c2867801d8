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

/// The name that a token and a key must share. It includes the algorithm, so that an RSA key never verifies an ES256
/// token.
struct KeyName: Hashable, Sendable {
    /// The longest accepted `kid`, in bytes.
    static let maximumByteCount = 256

    /// `kid`, compared byte for byte.
    let id: JSONString
    /// The algorithm of the key.
    let algorithm: IdentityAlgorithm

    /// The name with this `id`, which must be a string of 1 to `maximumByteCount` bytes; nil for any other JSON value.
    init?(_ id: JSONValue, _ algorithm: IdentityAlgorithm) {
        guard case .string(let id) = id, let text = id.text, 1...Self.maximumByteCount ~= text.utf8.count else {
            return nil
        }
        self.id = id
        self.algorithm = algorithm
    }
}
