/// Where the gate gets its keys: fixed ones, or those of AWS Secrets Manager, kept as `SigningKeyCache` says.
///
/// However many ask, one fetch is under way at a time, and all of them get its outcome. Lives on the loop's thread;
/// must be closed.
@safe public final class SigningKeySource {
    /// What one fetch came to, for the log and the metrics. Nil is success.
    public typealias Observer = (SecretFailure?) -> Void

    private enum Origin {
        case fixed(SigningKeys)
        case fetched(Fetching)
    }

    /// What a source that fetches has beside its cache.
    private struct Fetching {
        let manager: SecretsManager
        let client: HTTPSClient
    }

    private let origin: Origin
    private let clock: () -> Timestamp
    private let observe: Observer
    private var cache: SigningKeyCache
    private var waiting: [UnsafeContinuation<Void, Never>] = unsafe []
    private var sleeper: UnsafeContinuation<Void, Never>?
    private var timer: LoopTimer?
    private let loop: EventLoop?
    private var isClosed = false

    /// Always the same key.
    public init(fixed key: SigningKey) {
        origin = .fixed(SigningKeys(current: key))
        clock = { .epoch }
        observe = { _ in }
        cache = SigningKeyCache(timeToLive: .zero, overlap: .zero)
        loop = nil
    }

    /// The keys in a secret.
    ///
    /// - Parameters:
    ///   - timeToLive: how long a fetched key is kept.
    ///   - overlap: how long after a rotation the key before it is accepted.
    ///   - observe: told the outcome of each fetch.
    public init(
        _ location: SecretLocation,
        timeToLive: Duration,
        overlap: Duration,
        on loop: EventLoop,
        clock: @escaping () -> Timestamp = Timestamp.now,
        observe: @escaping Observer = { _ in }
    ) {
        let client = HTTPSClient(on: loop)
        let manager = SecretsManager(location, client: client, clock: clock)
        origin = .fetched(Fetching(manager: manager, client: client))
        self.loop = loop
        self.clock = clock
        self.observe = observe
        cache = SigningKeyCache(timeToLive: timeToLive, overlap: overlap)
    }

    // MARK: Asking

    /// The keys to verify with now when they are at hand, as they nearly always are; else ``keys()`` has to be awaited.
    public var keysAtHand: SigningKeys? {
        switch origin {
        case .fixed(let keys): keys
        case .fetched: isClosed ? nil : cache.ready(at: clock())?.keys
        }
    }

    /// The keys to verify with now; fetched when there are none or they have run out.
    public func keys() async throws(SecretFailure) -> SigningKeys {
        let fetching: Fetching
        switch origin {
        case .fixed(let keys): return keys
        case .fetched(let origin): fetching = origin
        }
        while !isClosed {
            switch cache.lookup(at: clock()) {
            case .ready(let versions): return versions.keys
            case .failed(let failure): throw failure
            case .fetch: await fetch(with: fetching.manager)
            case .wait: await outcome()
            }
        }
        throw .unreachable("closed")
    }

    /// The keys after a refetch, for a token whose signature fits none of those at hand; nil when the last refetch is
    /// too recent, or there is nothing to fetch or nothing came of it: the signature is bad.
    public func keysAfterBadSignature() async -> SigningKeys? {
        guard case .fetched(let fetching) = origin, !isClosed else { return nil }
        switch cache.lookupAfterBadSignature(at: clock()) {
        case nil, .ready, .failed: return nil
        case .fetch: await fetch(with: fetching.manager)
        case .wait: await outcome()
        }
        guard case .ready(let versions) = cache.lookup(at: clock()) else { return nil }
        return versions.keys
    }

    /// How old the fetched keys are, in seconds; nil when there are none, or they are fixed.
    public var age: Double? { cache.age(at: clock()) }

    // MARK: Keeping the keys fresh

    /// Fetches the first keys, and each time anew before they run out, until ``close()``. To be run in a task of the
    /// source's owner; a fixed key needs no care, and then it returns at once.
    public func run() async {
        guard case .fetched(let fetching) = origin else { return }
        _ = try? await keys()
        while !isClosed {
            if cache.refreshIsDue(at: clock()) {
                await fetch(with: fetching.manager)
            } else {
                await sleep()
            }
        }
    }

    /// Ends fetches that are under way, and ``run()``. It may be called again.
    public func close() {
        isClosed = true
        if case .fetched(let fetching) = origin { fetching.client.close() }
        wake()
    }

    /// Waits for the moment of the next refresh, or for another caller's fetch, which moves it.
    private func sleep() async {
        guard !cache.isFetching else { return await outcome() }
        await unsafe withUnsafeContinuation { continuation in
            // Looked at here and not before: on the way into this closure others may have their turn.
            guard let loop, !isClosed, !cache.isFetching, let wakeAt = cache.wakeAt else {
                return unsafe continuation.resume()
            }
            let timer = LoopTimer { [weak self] in self?.wake() }
            let pause = min(max(wakeAt.seconds(since: clock()), 0.05), 86_400)
            loop.schedule(timer, at: .now() + .milliseconds(Int(pause * 1000)))
            self.timer = timer
            unsafe sleeper = continuation
        }
    }

    private func wake() {
        if let timer { loop?.cancel(timer) }
        timer = nil
        let waking = unsafe sleeper
        unsafe sleeper = nil
        unsafe waking?.resume()
    }

    // MARK: Fetching

    private func fetch(with manager: SecretsManager) async {
        do throws(SecretFailure) {
            cache.finish(with: try await fetchedKeys(manager), at: clock())
            observe(nil)
        } catch {
            cache.finish(with: error, at: clock())
            observe(error)
        }
        // Resuming only queues a job, so no continuation is appended during this loop.
        while let continuation = unsafe waiting.popLast() { unsafe continuation.resume() }
        wake()
    }

    /// Waits for the fetch that is under way.
    private func outcome() async {
        await unsafe withUnsafeContinuation { continuation in
            // As in sleep(): the fetch may have ended on the way here.
            guard cache.isFetching else { return unsafe continuation.resume() }
            unsafe waiting.append(continuation)
        }
    }

    private func fetchedKeys(_ manager: SecretsManager) async throws(SecretFailure) -> SecretVersions {
        let current = try await manager.version(.current)
        guard cache.acceptsPrevious(beside: current, at: clock()) else {
            return SecretVersions(current: current, previous: nil)
        }
        do throws(SecretFailure) {
            return SecretVersions(current: current, previous: try await manager.version(.previous))
        } catch {
            // The present key must not wait for the one before it.
            return SecretVersions(
                current: current,
                previous: error.lastKeyMayServe ? cache.known(before: current) : nil
            )
        }
    }
}

extension SecretVersions {
    /// The keys in the versions.
    fileprivate var keys: SigningKeys { SigningKeys(current: current.key, previous: previous?.key) }
}
