public import ProxyCore

/// A sealed state as a row holds it.
public struct SealedColumns: Sendable, Equatable {
    /// Column `storage_state_encrypted`: ciphertext with its 16-byte tag at the end.
    public var ciphertext: [UInt8]
    /// Column `iv`: 12 bytes.
    public var iv: [UInt8]

    /// Puts the two together.
    public init(ciphertext: [UInt8], iv: [UInt8]) {
        self.ciphertext = ciphertext
        self.iv = iv
    }
}

/// What an update changes in a stored session; nil leaves a column as it is.
public struct SessionChanges: Sendable, Equatable {
    /// Another name.
    public var name: String?
    /// Another description.
    public var description: String?
    /// Another moment of expiry.
    public var expiresAt: Timestamp?
    /// Another state, sealed under the same user's key.
    public var sealed: SealedColumns?

    /// Changes what is given.
    public init(
        name: String? = nil,
        description: String? = nil,
        expiresAt: Timestamp? = nil,
        sealed: SealedColumns? = nil
    ) {
        self.name = name
        self.description = description
        self.expiresAt = expiresAt
        self.sealed = sealed
    }
}
