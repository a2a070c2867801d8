/// Decides how long a provider's keys are kept, when to fetch them, and which key serves when a fetch fails. The value
/// gets the time (seconds of the monotonic clock) with each call and does no I/O. Its owner starts a fetch when it asks
/// for one, and reports the outcome.
struct KeySetCache: Sendable {
    /// The next step for a token that names a key.
    enum Lookup: Sendable {
        /// Verify with this key.
        case key(IdentityKey)
        /// The provider's set has no such key. If it may have changed, it is not yet time to fetch it again.
        case unknown
        /// Start a fetch, and look up again when it has finished.
        case fetch
        /// A fetch is running: look up again when it has finished.
        case wait
        /// The key is not held, the provider does not answer, and it is too early to try again.
        case unavailable
    }

    /// The least number of seconds between two refetches for unknown keys. Without it, tokens with invented names could
    /// make the service and the provider work.
    static let refetchInterval: Double = 10
    /// The part of the time to live after which a refresh begins.
    static let refreshFraction: Double = 0.8
    /// The longest pause after a failed fetch, in seconds.
    static let longestPause: Double = 30

    private let timeToLive: Double

    private var held: KeySet?
    private var fetchedAt: Double = 0
    /// Whether a fetch is running.
    private(set) var isFetching = false
    /// How many fetches have failed since the last success.
    private var failures = 0
    private var failedAt: Double = 0
    private var refetchedAt: Double?

    /// An empty cache. `timeToLive` is in seconds.
    init(timeToLive: Double) {
        self.timeToLive = timeToLive
    }

    /// The next step for a token that names this key.
    mutating func lookup(_ name: KeyName, at now: Double) -> Lookup {
        guard let held else {
            if isFetching { return .wait }
            return isFailing && now < retryAt ? .unavailable : begin()
        }
        // While the provider does not answer, the last set serves on, however old it is.
        guard isFailing || now - fetchedAt < timeToLive else { return isFetching ? .wait : begin() }
        if let key = held[name] { return .key(key) }
        if isFetching { return .wait }
        if let refetchedAt, now - refetchedAt < Self.refetchInterval {
            // The provider may have added the key while it was unreachable, so the token may be good.
            return isFailing ? .unavailable : .unknown
        }
        refetchedAt = now
        return begin()
    }

    /// Begins a fetch if one is due: for the first keys, for keys that expire soon, or after a failure and its pause.
    /// Returns whether the owner must start it.
    mutating func beginRefreshIfDue(at now: Double) -> Bool {
        guard !isFetching, now >= wakeAt else { return false }
        isFetching = true
        return true
    }

    /// The moment at which `beginRefreshIfDue` next returns true.
    var wakeAt: Double {
        if isFailing { return retryAt }
        return held == nil ? -.infinity : fetchedAt + timeToLive * Self.refreshFraction
    }

    /// Takes the keys of a successful fetch.
    mutating func finish(with fetched: KeySet, at now: Double) {
        held = fetched
        fetchedAt = now
        failures = 0
        isFetching = false
    }

    /// Notes a failed fetch.
    mutating func finishWithFailure(at now: Double) {
        failures += 1
        failedAt = now
        isFetching = false
    }

    /// The age of the held keys in seconds; nil when there are none.
    func age(at now: Double) -> Double? { held == nil ? nil : now - fetchedAt }

    private var isFailing: Bool { failures > 0 }

    private mutating func begin() -> Lookup {
        isFetching = true
        return .fetch
    }

    /// The moment of the next try: one second after the first failure, then doubling up to `longestPause`.
    private var retryAt: Double {
        failedAt + min(Self.longestPause, Double(1 << min(max(failures - 1, 0), 5)))
    }
}
