import ProxyCore
import Synchronization

/// Says whose request it is: the one thing routes ask. Used from any thread; the provider's keys are fetched on a
/// thread of its own, and a token whose key is known is checked on the caller's.
final class Authenticator: Sendable {
    private let settings: IdentityProviderSettings
    private let loop: EventLoop
    private let thread = Mutex<LoopThread?>(nil)
    private let source: KeySetSource
    private let clock: @Sendable () -> Timestamp

    /// An authenticator that refuses with `providerUnavailable` until it is started.
    ///
    /// - Parameters:
    ///   - events: told what happens to the key set.
    ///   - clock: the wall clock, for the claims.
    ///   - ticks: seconds of a clock that never goes back, for the key set's age.
    init(
        _ settings: IdentityProviderSettings,
        events: AuthenticationEvents = AuthenticationEvents(),
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        ticks: @escaping @Sendable () -> Double = { Double(Instant.now().nanoseconds) / 1e9 }
    ) throws(Errno) {
        self.settings = settings
        self.clock = clock
        loop = try EventLoop()
        source = KeySetSource(settings, on: loop, events: events, clock: ticks)
    }

    /// Starts the thread and the first fetch, and does not wait for it. Once.
    func start() throws(Errno) {
        let started = try LoopThread(loop)
        thread.withLock { $0 = started }
        source.start()
    }

    /// The user of a request with these `Authorization` headers: the `sub` of a good token.
    func user(authorization: [String]) async throws(AuthenticationFailure) -> String {
        let token = try IdentityToken(BearerToken.find(in: authorization).bytes)
        let payload = try token.verifiedPayload(with: try await source.key(token.keyName))
        let claims = try IdentityClaims(
            verifying: payload,
            issuer: settings.issuer,
            audience: settings.audience,
            now: clock()
        )
        return claims.subject
    }

    /// How old the provider's keys are, in seconds; nil while there are none.
    var keySetAge: Double? { source.age }

    /// Ends fetches and the thread. Requests that wait are refused with `providerUnavailable`, and all later ones.
    func shutdown() async {
        await source.close()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        await running?.stop()
    }
}
