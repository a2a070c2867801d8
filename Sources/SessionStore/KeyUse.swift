/// What came of the use of an API key.
public enum KeyUse: Sendable, Equatable {
    /// It may be used, and this use was counted.
    case admitted(KeyRecord)
    /// There is no such key.
    case unknown
    /// It was revoked.
    case revoked
    /// Its time is over.
    case expired
    /// It was used as often as it may be in an hour; the next one begins in so many seconds.
    case overRate(retryAfter: Int)
}
