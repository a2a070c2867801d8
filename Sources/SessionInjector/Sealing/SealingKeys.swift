/// Where the keys of stored states come from: the master secret, or one user's key in its place.
public enum SealingKeys: Sendable {
    /// `SESSION_ENCRYPTION_SECRET`: opens the states of every user.
    case master(MasterSecret)

    /// `SESSION_USER_KEY`: a container that serves one user holds only that user's key. Another user's state does not
    /// open with it (`SealingError.notAuthentic`).
    case user(UserKey)

    /// The key to open and seal the states of `userID` with.
    public func key(for userID: String) -> UserKey {
        switch self {
        case .master(let secret): secret.userKey(for: userID)
        case .user(let key): key
        }
    }
}
