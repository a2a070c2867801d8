/// One user's state as it is stored: AES-256-GCM output without additional data.
///
/// This is the value a row of the store is turned into, so that the store never sees a key and the sealing never sees
/// a database.
public struct SealedState: Sendable, Equatable {
    /// The ciphertext with the 16-byte tag at its end, as the Python `cryptography` package writes it.
    public var ciphertext: [UInt8]

    /// The initialisation vector: 12 bytes, used once.
    public var iv: [UInt8]

    /// Pairs stored bytes; nothing is checked until they are opened.
    public init(ciphertext: [UInt8], iv: [UInt8]) {
        self.ciphertext = ciphertext
        self.iv = iv
    }
}
