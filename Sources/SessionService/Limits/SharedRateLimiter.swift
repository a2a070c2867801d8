import ProxyCore
import Synchronization

/// The rate limiter that all requests share. Any thread may use it.
final class SharedRateLimiter: Sendable {
    private let limiter: Mutex<RateLimiter>
    private let clock: @Sendable () -> Instant

    /// Allows each user `limit` requests in a `window`. Only tests replace the monotonic clock.
    init(limit: Int, window: Duration = .seconds(60), clock: @escaping @Sendable () -> Instant = { .now() }) {
        limiter = Mutex(RateLimiter(limit: limit, window: window))
        self.clock = clock
    }

    /// Nil when the user's request is allowed; else the seconds to wait, at least 1, for `Retry-After`.
    func secondsToWait(for user: String) -> Int? {
        limiter.withLock { $0.secondsToWait(for: user, at: clock()) }
    }
}
