/// The source of the keys of stored states: the master secret, or one user's key instead.
public enum SealingKeys: Sendable {
    /// `SESSION_ENCRYPTION_SECRET`: opens the states of every user.
    case master(MasterSecret)

    /// `SESSION_USER_KEY`: a container that serves one user holds only that user's key, which does not open another
    /// user's state (`SealingError.notAuthentic`).
    case user(UserKey)

    /// The key that opens and seals the states of `userID`.
    public func key(for userID: String) -> UserKey {
        switch self {
        case .master(let secret): secret.userKey(for: userID)
        case .user(let key): key
        }
    }
}
