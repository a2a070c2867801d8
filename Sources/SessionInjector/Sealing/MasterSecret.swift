import Crypto

/// The secret that every user's key is derived from (`SESSION_ENCRYPTION_SECRET`). It never shows its bytes.
public struct MasterSecret: Sendable {
    private let key: SymmetricKey

    /// Reads the secret: 32 bytes in standard base64.
    public init(base64 text: String) throws(SealingError) {
        key = try SymmetricKey(base64Key: text)
    }

    /// The key of one user: HKDF-SHA256 (RFC 5869) without salt, info `browser-session:` and the user's id, 32 bytes.
    public func userKey(for userID: String) -> UserKey {
        UserKey(
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key,
                info: Array("browser-session:\(userID)".utf8),
                outputByteCount: 32
            )
        )
    }
}

extension MasterSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A fixed text in place of the bytes.
    public var description: String { "MasterSecret(hidden)" }

    /// A fixed text in place of the bytes.
    public var debugDescription: String { description }

    /// No children, so that `dump` and string interpolation of an enclosing value show nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
