internal import Crypto

/// A key that signs and verifies HS256 (RFC 7518 section 3.2).
///
/// Keeps the two hash states the key leads to instead of the key, which halves the work per token.
///
/// A class, so that one key is told from all others, equal ones included, without looking at it.
public final class SigningKey: Sendable, Redacted {
    /// The fewest bytes a key may have: those of the hash (RFC 7518 section 3.2).
    public static let minimumByteCount = 32
    /// How many characters of base64url a signature has: those of 32 bytes.
    static let signatureCharacters = 43

    private let keyed: HMAC<SHA256>

    /// The key made of these bytes, untouched; nil when they are fewer than `minimumByteCount`.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count >= Self.minimumByteCount else { return nil }
        keyed = HMAC(key: SymmetricKey(data: bytes))
    }

    /// Whether `signature` is this key's for `message`. The comparison takes the same time wherever they differ.
    func verifies(_ signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        var code = keyed
        code.update(data: message)
        return code.finalize() == signature
    }

    /// A token (RFC 7515 section 7.1) of `header` and `payload`, whatever they hold, signed with this key.
    public func token(header: some Sequence<UInt8>, payload: some Sequence<UInt8>) -> String {
        let signedPart = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        var code = keyed
        code.update(data: Array(signedPart.utf8))
        return signedPart + "." + Base64URL.encode(code.finalize())
    }
}

/// The keys that may have signed a token: the present one, and the one before it while it is still accepted.
public struct SigningKeys: Sendable {
    /// The key that signs now.
    public let current: SigningKey
    /// The key before it; nil when there is none, or its time is over.
    public let previous: SigningKey?

    /// These keys. The caller drops `previous` when its time is over.
    public init(current: SigningKey, previous: SigningKey? = nil) {
        self.current = current
        self.previous = previous
    }

    /// The key that made `signature` for `message`; nil when it was neither.
    func signer(of message: ArraySlice<UInt8>, signature: [UInt8]) -> SigningKey? {
        if current.verifies(signature, of: message) { return current }
        guard let previous, previous.verifies(signature, of: message) else { return nil }
        return previous
    }

    /// Whether `key` is one of the two.
    func contain(_ key: SigningKey) -> Bool {
        current === key || previous === key
    }
}
