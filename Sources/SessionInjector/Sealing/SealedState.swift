/// One user's state as the store holds it: AES-256-GCM output without additional data.
///
/// The store and the sealing exchange this value, so that the store never sees a key and the sealing never sees a
/// database.
public struct SealedState: Sendable, Equatable {
    /// The ciphertext with the 16-byte tag at its end, as the Python `cryptography` package writes it.
    public var ciphertext: [UInt8]

    /// The initialisation vector: 12 bytes, used once.
    public var iv: [UInt8]

    /// Pairs stored bytes. Only opening them checks them.
    public init(ciphertext: [UInt8], iv: [UInt8]) {
        self.ciphertext = ciphertext
        self.iv = iv
    }
}
