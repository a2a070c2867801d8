import ProxyCore
import Synchronization

/// The source of keys for tokens: the provider's set, kept according to ``KeySetCache``.
///
/// A held key is returned on the caller's thread for the price of a lock. One fetch runs at a time, on the fetcher's
/// loop, however many callers wait. No waiting caller depends on that loop, so that closing leaves none behind.
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

    /// A source that throws `providerUnavailable` until it is started. `clock` is a monotonic clock in seconds.
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

    /// Starts the first fetch, and from now on refreshes the keys before they expire. The loop must be running.
    func start() {
        state.withLock { $0.isRunning = true }
        refresh()
    }

    /// The key of this name. Throws `unknownKey` or `providerUnavailable`.
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

    /// The age of the held keys in seconds; nil when there are none.
    var age: Double? { state.withLock { $0.cache.age(at: clock()) } }

    /// Ends a running fetch, and returns when nothing is left on the loop. Waiting and later callers get
    /// `providerUnavailable`. It may be called again.
    func close() async {
        let (waiting, fetch) = state.withLock { state in
            state.isRunning = false
            defer { (state.waiting, state.fetch) = ([], nil) }
            return (state.waiting, state.fetch)
        }
        for continuation in waiting { continuation.resume() }
        // A source that never fetched, or is closed already, has nothing on the loop, which may not be running.
        guard let fetch else { return }
        await fetcher.close()
        await fetch.value
    }

    // MARK: Fetching

    /// The cache's answer. If it asks for a fetch, the fetch is running when this returns.
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
            guard state.isRunning, state.cache.beginRefreshIfDue(at: clock()) else { return }
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

    /// Takes a fetch's outcome and returns the seconds until the next refresh; nil after `close`.
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

    /// Waits for the end of the running fetch.
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
