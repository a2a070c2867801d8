/// What is known of an API key that was found good. The gate makes a grant of it.
///
/// A class, so that a connection which shows a token holds one empty reference for it and no more.
public final class KeyClaims: Sendable {
    /// The key's id, for logs and revocation; no part of the key.
    public let id: String
    /// The user it stands for, if any.
    public let userID: String?
    /// Its roles; nil when it has every permission.
    public let roles: [String]?
    /// When its time is over; nil when it has no end.
    public let expiresAt: Timestamp?

    /// What a record says of a key.
    public init(id: String, userID: String?, roles: [String]?, expiresAt: Timestamp?) {
        self.id = id
        self.userID = userID
        self.roles = roles
        self.expiresAt = expiresAt
    }
}
