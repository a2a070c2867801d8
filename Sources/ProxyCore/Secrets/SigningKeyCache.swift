/// The versions of the secret whose keys count.
struct SecretVersions: Sendable {
    /// The version new tokens are signed with.
    let current: SecretVersion
    /// The version before it, while it is known and accepted.
    let previous: SecretVersion?
}

/// How long the signing key is kept, when it is fetched, and what serves when that fails: a value that is told the time
/// and does no I/O. `SigningKeySource` starts a fetch when it says so and reports the outcome.
struct SigningKeyCache: Sendable {
    /// What to do for a caller that asks for the keys.
    enum Lookup: Sendable {
        /// Use these.
        case ready(SecretVersions)
        /// Start a fetch, and ask again when it is finished.
        case fetch
        /// A fetch is under way; ask again when it is finished.
        case wait
        /// There is no key, and it is too early to try again.
        case failed(SecretFailure)
    }

    /// A refetch after a bad signature happens once in this time, so that bad tokens are no way to make us, or
    /// AWS' bill, work.
    static let refetchInterval: Duration = .seconds(10)
    /// A refresh begins when this part of the time to live is over.
    static let refreshFraction: Double = 0.8
    /// The longest pause between two attempts that fail.
    static let longestPause: Duration = .seconds(30)

    private let timeToLive: Duration
    private let overlap: Duration

    private var held: SecretVersions?
    private var fetchedAt = Timestamp.epoch
    /// When the present version was first seen to have replaced another one we held; nil when it never was.
    private var rotationSeenAt: Timestamp?
    /// Whether a fetch is under way.
    private(set) var isFetching = false
    private var failure: SecretFailure?
    private var failures = 0
    private var failedAt = Timestamp.epoch
    private var refetchedAt: Timestamp?

    /// An empty cache.
    init(timeToLive: Duration, overlap: Duration) {
        self.timeToLive = timeToLive
        self.overlap = overlap
    }

    /// The keys that serve now; nil when they have to be fetched.
    func ready(at now: Timestamp) -> SecretVersions? {
        // While Secrets Manager cannot be reached the last key goes on serving, however old.
        failure != nil || now < fetchedAt + timeToLive ? keys(at: now) : nil
    }

    /// What to do for a caller that asks for the keys now.
    mutating func lookup(at now: Timestamp) -> Lookup {
        if let keys = ready(at: now) { return .ready(keys) }
        if isFetching { return .wait }
        if let failure, held == nil, now < retryAt { return .failed(failure) }
        isFetching = true
        return .fetch
    }

    /// What to do for a token whose signature fits none of the keys. Nil when there is nothing to do: the signature is bad.
    mutating func lookupAfterBadSignature(at now: Timestamp) -> Lookup? {
        if isFetching { return .wait }
        if let refetchedAt, now < refetchedAt + Self.refetchInterval, now >= refetchedAt { return nil }
        refetchedAt = now
        isFetching = true
        return .fetch
    }

    /// Whether a fetch is to be started because the keys are about to run out, or the last attempt failed long enough
    /// ago.
    mutating func refreshIsDue(at now: Timestamp) -> Bool {
        guard !isFetching, let wakeAt, now >= wakeAt else { return false }
        isFetching = true
        return true
    }

    /// When `refreshIsDue` next becomes true; nil before the first fetch.
    var wakeAt: Timestamp? {
        if failure != nil { return retryAt }
        return held == nil ? nil : fetchedAt + timeToLive * Self.refreshFraction
    }

    /// A fetch brought keys.
    mutating func finish(with fetched: SecretVersions, at now: Timestamp) {
        if let held, held.current.id != fetched.current.id { rotationSeenAt = now }
        held = fetched
        fetchedAt = now
        isFetching = false
        failure = nil
        failures = 0
    }

    /// A fetch failed.
    mutating func finish(with failure: SecretFailure, at now: Timestamp) {
        isFetching = false
        self.failure = failure
        failures += 1
        failedAt = now
        if !failure.lastKeyMayServe {
            held = nil
            rotationSeenAt = nil
        }
    }

    /// Whether the version before `current` may still count, so that it is worth asking for.
    func acceptsPrevious(beside current: SecretVersion, at now: Timestamp) -> Bool {
        if let held, held.current.id != current.id { return overlap > .zero }
        return now < max(current.created ?? .epoch, rotationSeenAt ?? .epoch) + overlap
    }

    /// The version before `current` as far as it is known without asking.
    func known(before current: SecretVersion) -> SecretVersion? {
        guard let held else { return nil }
        return held.current.id == current.id ? held.previous : held.current
    }

    /// How old the keys at hand are, in seconds; nil when there are none.
    func age(at now: Timestamp) -> Double? {
        held == nil ? nil : max(0, now.seconds(since: fetchedAt))
    }

    private func keys(at now: Timestamp) -> SecretVersions? {
        guard let held else { return nil }
        let previous = acceptsPrevious(beside: held.current, at: now) ? held.previous : nil
        return SecretVersions(current: held.current, previous: previous)
    }

    /// One second after the first failure, then twice as long each time.
    private var retryAt: Timestamp {
        failedAt + min(Self.longestPause, .seconds(1 << min(max(failures - 1, 0), 5)))
    }
}
