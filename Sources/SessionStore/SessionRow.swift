/// One row of `browser_sessions`, sealed as it is stored. The store has no key and cannot open it.
public struct SessionRow: Sendable, Equatable {
    /// The columns that are not sealed.
    public var metadata: SessionMetadata
    /// Column `storage_state_encrypted`: ciphertext with its 16-byte tag at the end.
    public var ciphertext: [UInt8]
    /// Column `iv`: 12 bytes.
    public var iv: [UInt8]

    /// A row with these columns.
    public init(metadata: SessionMetadata, ciphertext: [UInt8], iv: [UInt8]) {
        self.metadata = metadata
        self.ciphertext = ciphertext
        self.iv = iv
    }
}
