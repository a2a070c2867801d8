public import ProxyCore

/// What the store knows of an API key: everything about it but the key itself and its hash.
public struct KeyRecord: Sendable, Equatable {
    /// UUID text, lower case.
    public var id: String
    /// What an operator calls it. Several keys may have one name.
    public var name: String
    /// The user it stands for, if any.
    public var userID: String?
    /// The names of its roles; nil means every permission.
    public var roles: [String]?
    /// When it was made.
    public var createdAt: Timestamp
    /// The moment from which it is refused; nil means never.
    public var expiresAt: Timestamp?
    /// How many times it may be used in an hour; nil means without a limit.
    public var rateLimit: Int?
    /// Whether it was not revoked.
    public var isEnabled: Bool
    /// When it was last used.
    public var lastUsedAt: Timestamp?

    /// A key that is in use and was not used yet.
    public init(
        id: String,
        name: String,
        userID: String? = nil,
        roles: [String]? = nil,
        createdAt: Timestamp,
        expiresAt: Timestamp? = nil,
        rateLimit: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.userID = userID
        self.roles = roles
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.rateLimit = rateLimit
        isEnabled = true
        lastUsedAt = nil
    }

    /// Whether it has expired at `now`.
    public func isExpired(now: Timestamp) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt <= now
    }
}
