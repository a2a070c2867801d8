import ProxyCore
import Synchronization

/// Establishes the user of a request. Any thread may use it. It fetches the provider's keys on a thread of its own, and
/// checks a token with a known key on the caller's thread.
final class Authenticator: Sendable {
    private let settings: IdentityProviderSettings
    private let loop: EventLoop
    private let thread = Mutex<LoopThread?>(nil)
    private let source: KeySetSource
    private let clock: @Sendable () -> Timestamp

    /// An authenticator that refuses with `providerUnavailable` until it is started.
    ///
    /// - Parameters:
    ///   - events: reports on the key set.
    ///   - clock: the wall clock, for the claims.
    ///   - ticks: seconds of a monotonic clock, for the key set's age.
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

    /// Starts the thread and the first fetch without waiting for it. Call it once.
    func start() throws(Errno) {
        let started = try LoopThread(loop)
        thread.withLock { $0 = started }
        source.start()
    }

    /// The user of a request with these `Authorization` headers: the `sub` of a valid token.
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

    /// The age of the provider's keys in seconds; nil when there are none.
    var keySetAge: Double? { source.age }

    /// Ends fetches and the thread. Waiting and later requests are refused with `providerUnavailable`.
    func shutdown() async {
        await source.close()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        await running?.stop()
    }
}
