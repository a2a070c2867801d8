public import ProxyCore

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

/// The columns that an update changes in a stored session; nil leaves a column as it is.
public struct SessionChanges: Sendable, Equatable {
    /// The new name.
    public var name: String?
    /// The new description.
    public var description: String?
    /// The new moment of expiry.
    public var expiresAt: Timestamp?
    /// The new state, sealed under the same user's key.
    public var sealed: SealedColumns?

    /// Changes the given columns.
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
