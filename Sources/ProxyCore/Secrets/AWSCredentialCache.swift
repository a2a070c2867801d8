/// When AWS credentials are fetched anew: a value that is told the time and does nothing by itself.
public struct AWSCredentialCache: Sendable {
    /// How long before they expire credentials are replaced; AWS asks for five minutes at least.
    public static let refreshAhead: Duration = .seconds(5 * 60)

    private var held: AWSCredentials?

    /// An empty cache.
    public init() {}

    /// Credentials that need no refresh yet.
    public func fresh(at now: Timestamp) -> AWSCredentials? {
        guard let held else { return nil }
        guard let expiration = held.expiration else { return held }
        return now < expiration - Self.refreshAhead ? held : nil
    }

    /// What may still be used when a refresh failed: the old ones until they expire.
    public func lastResort(at now: Timestamp) -> AWSCredentials? {
        guard let held else { return nil }
        return now < held.expiration ?? .latest ? held : nil
    }

    /// Keeps what was fetched.
    public mutating func store(_ credentials: AWSCredentials) {
        held = credentials
    }

    /// Forgets them, after the service said that they have expired or are not known.
    public mutating func clear() {
        held = nil
    }
}
