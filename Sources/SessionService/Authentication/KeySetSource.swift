import ProxyCore
import Synchronization

/// Where a token's key comes from: the provider's set, kept as ``KeySetCache`` says.
///
/// A key that is at hand is had on the caller's thread, for the price of a lock. However many wait for a fetch, one is
/// under way at a time, on the loop of the fetcher; nobody who waits depends on that loop, so that closing leaves no
/// one behind.
final class KeySetSource: Sendable {
    private struct State {
        var cache: KeySetCache
        var waiting: [CheckedContinuation<Void, Never>] = []
        var fetch: Task<Void, Never>?
        var isRunning = false
    }

    private let state: Mutex<State>
    private let fetcher: KeySetFetcher
    private let events: AuthenticationEvents
    private let clock: @Sendable () -> Double

    /// A source that answers `providerUnavailable` until it is started. `clock` is in seconds and never goes back.
    init(
        _ settings: IdentityProviderSettings,
        on loop: EventLoop,
        events: AuthenticationEvents = AuthenticationEvents(),
        clock: @escaping @Sendable () -> Double
    ) {
        state = Mutex(State(cache: KeySetCache(timeToLive: settings.timeToLive)))
        fetcher = KeySetFetcher(settings, on: loop)
        self.events = events
        self.clock = clock
    }

    /// Begins the first fetch, and from now on fetches anew before the keys run out. The loop must run.
    func start() {
        state.withLock { $0.isRunning = true }
        refresh()
    }

    /// The key of that name. `unknownKey` and `providerUnavailable` are thrown.
    func key(_ name: KeyName) async throws(AuthenticationFailure) -> IdentityKey {
        while true {
            switch lookup(name) {
            case .key(let key): return key
            case .unknown: throw .unknownKey
            case .unavailable: throw .providerUnavailable
            case .fetch, .wait: await endOfFetch()
            }
        }
    }

    /// How old the keys at hand are, in seconds; nil when there are none.
    var age: Double? { state.withLock { $0.cache.age(at: clock()) } }

    /// Ends what is under way, and returns when nothing is left on the loop. Whoever waits is told
    /// `providerUnavailable`, and so is whoever asks after. It may be called again.
    func close() async {
        let (waiting, fetch) = state.withLock { state in
            state.isRunning = false
            defer { (state.waiting, state.fetch) = ([], nil) }
            return (state.waiting, state.fetch)
        }
        for continuation in waiting { continuation.resume() }
        // A source that never fetched, or was closed before, has nothing on the loop, which may not run.
        guard let fetch else { return }
        await fetcher.close()
        await fetch.value
    }

    // MARK: Fetching

    /// What the cache says; a fetch that it asks for is under way when this returns.
    private func lookup(_ name: KeyName) -> KeySetCache.Lookup {
        state.withLock { state in
            guard state.isRunning else { return .unavailable }
            let lookup = state.cache.lookup(name, at: clock())
            if case .fetch = lookup { state.fetch = Task { await self.fetch() } }
            return lookup
        }
    }

    private func refresh() {
        state.withLock { state in
            guard state.isRunning, state.cache.refreshIsDue(at: clock()) else { return }
            state.fetch = Task { await self.fetch() }
        }
    }

    private func fetch() async {
        let began = clock()
        await fetcher.fetch {
            finish($0, began: began)
        } again: { [weak self] in
            self?.refresh()
        }
    }

    /// Takes a fetch's outcome, and answers how many seconds later there is something to do; nil after the end.
    private func finish(_ outcome: Result<KeySet, KeySetFailure>, began: Double) -> Double? {
        let now = clock()
        report(outcome, seconds: now - began)
        let (waiting, pause) = state.withLock { state in
            switch outcome {
            case .success(let keys): state.cache.finish(with: keys, at: now)
            case .failure: state.cache.finishWithFailure(at: now)
            }
            defer { state.waiting = [] }
            return (state.waiting, state.isRunning ? state.cache.wakeAt - now : nil)
        }
        for continuation in waiting { continuation.resume() }
        return pause
    }

    private func report(_ outcome: Result<KeySet, KeySetFailure>, seconds: Double) {
        switch outcome {
        case .success(let keys):
            events.log(.info, "jwks_fetched", ["keys": .integer(keys.count), "seconds": .number(seconds)])
            events.countFetch("ok")
        case .failure(.noAnswer(.closed)): break
        case .failure(let failure):
            let level: LogLevel = age == nil ? .error : .warning
            events.log(level, "jwks_failed", ["reason": .string(failure.detail), "seconds": .number(seconds)])
            events.countFetch(failure.label)
        }
    }

    /// Waits for the fetch that is under way.
    private func endOfFetch() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.isRunning, state.cache.isFetching else { return true }
                state.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}
