/// How long a provider's keys are kept, when they are fetched, and what serves when that fails: a value that is told
/// the time (seconds of the monotonic clock) and does no I/O. Whoever drives it starts a fetch when it says so and
/// reports the outcome.
struct KeySetCache: Sendable {
    /// What to do for someone who has a token to verify.
    enum Lookup: Sendable {
        /// Verify with this key.
        case key(IdentityKey)
        /// The provider has no such key, as far as it may be asked.
        case unknown
        /// Start a fetch, and ask again when it is finished.
        case fetch
        /// A fetch is under way; ask again when it is finished.
        case wait
        /// The key is not at hand, the provider does not answer, and it is too early to try again.
        case unavailable
    }

    /// A refetch for a key that is not in the set happens once in so many seconds, so that invented names are no way to
    /// make us, or the provider, work.
    static let refetchInterval: Double = 10
    /// A refresh begins when this part of the time to live is over.
    static let refreshFraction: Double = 0.8
    /// The longest pause between two attempts that fail, in seconds.
    static let longestPause: Double = 30

    private let timeToLive: Double

    private var held: KeySet?
    private var fetchedAt: Double = 0
    /// Whether a fetch is under way.
    private(set) var isFetching = false
    /// How many attempts failed since the last that did not.
    private var failures = 0
    private var failedAt: Double = 0
    private var refetchedAt: Double?

    /// An empty cache. The time to live is in seconds.
    init(timeToLive: Double) {
        self.timeToLive = timeToLive
    }

    /// What to do for a token that names this key.
    mutating func lookup(_ name: KeyName, at now: Double) -> Lookup {
        guard let held else {
            if isFetching { return .wait }
            return isFailing && now < retryAt ? .unavailable : begin()
        }
        // While the provider does not answer the last set goes on serving, however old.
        guard isFailing || now - fetchedAt < timeToLive else { return isFetching ? .wait : begin() }
        if let key = held[name] { return .key(key) }
        if isFetching { return .wait }
        if let refetchedAt, now - refetchedAt < Self.refetchInterval {
            // A key that came after the provider went away is not its owner's fault.
            return isFailing ? .unavailable : .unknown
        }
        refetchedAt = now
        return begin()
    }

    /// Whether a fetch is to be started, and then it counts as started: there never was one, the keys are about to run
    /// out, or the last attempt failed long enough ago.
    mutating func refreshIsDue(at now: Double) -> Bool {
        guard !isFetching, now >= wakeAt else { return false }
        isFetching = true
        return true
    }

    /// When `refreshIsDue` next becomes true.
    var wakeAt: Double {
        if isFailing { return retryAt }
        return held == nil ? -.infinity : fetchedAt + timeToLive * Self.refreshFraction
    }

    /// A fetch brought keys.
    mutating func finish(with fetched: KeySet, at now: Double) {
        held = fetched
        fetchedAt = now
        failures = 0
        isFetching = false
    }

    /// A fetch failed.
    mutating func finishWithFailure(at now: Double) {
        failures += 1
        failedAt = now
        isFetching = false
    }

    /// How old the keys at hand are, in seconds; nil when there are none.
    func age(at now: Double) -> Double? { held == nil ? nil : now - fetchedAt }

    private var isFailing: Bool { failures > 0 }

    private mutating func begin() -> Lookup {
        isFetching = true
        return .fetch
    }

    /// One second after the first failure, then twice as long each time.
    private var retryAt: Double {
        failedAt + min(Self.longestPause, Double(1 << min(max(failures - 1, 0), 5)))
    }
}
