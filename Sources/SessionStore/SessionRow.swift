public import ProxyCore

/// What is known of a stored session without opening it: the columns of a row that are not sealed.
public struct SessionMetadata: Sendable, Equatable {
    /// UUID text, lower case.
    public var id: String
    /// Whose session it is. No other user may see it.
    public var userID: String
    /// Unique among the user's sessions; the reference allows 50 characters.
    public var name: String
    /// Free text, if any.
    public var description: String?
    /// The domains the user says it is for, in the user's order; never used to restrict what is injected.
    public var domains: [String]
    /// From this moment on it is refused; nil means never.
    public var expiresAt: Timestamp?
    /// When it was stored first.
    public var createdAt: Timestamp
    /// When it was changed last. A later write may be made to depend on it (compare and swap).
    public var updatedAt: Timestamp
    /// The columns in which something else is stored than belongs there. They read as nothing, and moments as the
    /// earliest: an expiry that cannot be read must not turn into "never".
    public var unusableColumns: [String]

    /// Puts the columns together.
    public init(
        id: String,
        userID: String,
        name: String,
        description: String? = nil,
        domains: [String] = [],
        expiresAt: Timestamp? = nil,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        unusableColumns: [String] = []
    ) {
        self.id = id
        self.userID = userID
        self.name = name
        self.description = description
        self.domains = domains
        self.expiresAt = expiresAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.unusableColumns = unusableColumns
    }

    /// Whether the session is this user's. Ids are compared byte for byte, as databases do: to Swift's `==`, texts of
    /// other bytes that look alike are the same.
    public func isOwned(by userID: String) -> Bool {
        self.userID.utf8.elementsEqual(userID.utf8)
    }

    /// Whether the session may no longer be used at `now`.
    public func isExpired(now: Timestamp) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt <= now
    }
}

/// One row of `browser_sessions`, sealed as it is stored. The store has no key and never sees what is in it.
public struct SessionRow: Sendable, Equatable {
    /// The columns in the clear.
    public var metadata: SessionMetadata
    /// Column `storage_state_encrypted`: ciphertext with its 16-byte tag at the end.
    public var ciphertext: [UInt8]
    /// Column `iv`: 12 bytes.
    public var iv: [UInt8]

    /// Puts a row together.
    public init(metadata: SessionMetadata, ciphertext: [UInt8], iv: [UInt8]) {
        self.metadata = metadata
        self.ciphertext = ciphertext
        self.iv = iv
    }
}
