/// A sealed state as the columns of a row hold it.
public struct SealedColumns: Sendable, Equatable {
    /// Column `storage_state_encrypted`: ciphertext with its 16-byte tag at the end.
    public var ciphertext: [UInt8]
    /// Column `iv`: 12 bytes.
    public var iv: [UInt8]

    /// The two columns of one state.
    public init(ciphertext: [UInt8], iv: [UInt8]) {
        self.ciphertext = ciphertext
        self.iv = iv
    }
}
