import ProxyCore
import Synchronization

/// The rate limit that all requests share, from whatever thread they come.
final class SharedRateLimiter: Sendable {
    private let limiter: Mutex<RateLimiter>
    private let clock: @Sendable () -> Instant

    /// `limit` requests in a `window` for each user, by the monotonic clock unless another is given.
    init(limit: Int, window: Duration = .seconds(60), clock: @escaping @Sendable () -> Instant = { .now() }) {
        limiter = Mutex(RateLimiter(limit: limit, window: window))
        self.clock = clock
    }

    /// Nil when `user` may go on with a request; else the seconds to wait, at least 1, for `Retry-After`.
    func secondsToWait(for user: String) -> Int? {
        limiter.withLock { $0.secondsToWait(for: user, at: clock()) }
    }
}
