import ProxyCore

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
