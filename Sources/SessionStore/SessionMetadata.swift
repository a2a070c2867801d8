public import ProxyCore

/// The columns of a row that are not sealed: everything about a stored session except its state.
public struct SessionMetadata: Sendable, Equatable {
    /// UUID text, lower case.
    public var id: String
    /// The user that owns the session. No other user may see it.
    public var userID: String
    /// Unique among the user's sessions. The Python reference allows 50 characters.
    public var name: String
    /// Free text, if any.
    public var description: String?
    /// The domains the user gave for it, in the user's order. They do not restrict the injection.
    public var domains: [String]
    /// The moment from which the session is refused; nil means never.
    public var expiresAt: Timestamp?
    /// When it was first stored.
    public var createdAt: Timestamp
    /// When it was last changed. A later write can depend on it (compare and swap).
    public var updatedAt: Timestamp
    /// The columns whose stored value cannot be read. They read as empty, and moments as the earliest one: an
    /// unreadable expiry must not turn into "never".
    public var unusableColumns: [String]

    /// Metadata with these columns.
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

    /// Whether this user owns the session. Compares byte for byte, as databases do, because Swift's `==` equates texts
    /// of different bytes that look alike.
    public func isOwned(by userID: String) -> Bool {
        self.userID.utf8.elementsEqual(userID.utf8)
    }

    /// Whether the session has expired at `now`.
    public func isExpired(now: Timestamp) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt <= now
    }
}
