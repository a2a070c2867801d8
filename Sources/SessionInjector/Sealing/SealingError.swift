/// Why a key cannot be used or a sealed state cannot be opened. No case carries key bytes, plaintext or ciphertext.
public enum SealingError: Error, Equatable, Sendable {
    /// The text is not standard base64 (RFC 4648 section 4, with its padding).
    case keyNotBase64
    /// The key decodes, but not to 32 bytes; the value is the length found.
    case keyLength(Int)
    /// The initialisation vector is not 12 bytes long; the value is the length found.
    case ivLength(Int)
    /// The sealed bytes are too short to hold the 16-byte tag; the value is the length found.
    case ciphertextLength(Int)
    /// The tag does not match: the key or the secret is another one, or the bytes were changed. It cannot tell which.
    case notAuthentic
}

extension SealingError: CustomStringConvertible {
    /// One clause for an operator. The caller puts the name of the variable or row before it.
    public var description: String {
        switch self {
        case .keyNotBase64: "is not base64"
        case .keyLength(let count): "must be 32 bytes in base64, but holds \(count)"
        case .ivLength(let count): "has an initialisation vector of \(count) bytes instead of 12"
        case .ciphertextLength(let count): "holds only \(count) sealed bytes, fewer than its 16-byte tag"
        case .notAuthentic: "cannot be opened with this key: the key is another one, or the bytes were changed"
        }
    }
}
