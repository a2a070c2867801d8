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
    /// The tag does not match: another user's key, another secret, or changed bytes. Which one cannot be known.
    case notAuthentic
}

extension SealingError: CustomStringConvertible {
    /// One clause for an operator; the caller puts the name of the variable or row in front.
    public var description: String {
        switch self {
        case .keyNotBase64: "is not base64"
        case .keyLength(let count): "must be 32 bytes in base64, but holds \(count)"
        case .ivLength(let count): "has an iv of \(count) bytes where 12 belong"
        case .ciphertextLength(let count): "has \(count) sealed bytes, fewer than its tag takes"
        case .notAuthentic: "cannot be opened with this key: the key is another one, or the bytes were changed"
        }
    }
}
