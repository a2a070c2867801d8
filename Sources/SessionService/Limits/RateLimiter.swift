import ProxyCore

/// So many requests in so long for each user: a value that is told the moment and reads no clock.
///
/// Each user has a bucket that holds `limit` requests and fills again evenly over `window`, so a burst of `limit` is
/// allowed and the average is kept. Of a bucket one moment is stored: that at which it is full again. A bucket that is
/// full need not be remembered, and that bounds the memory: users stand in two generations, and when the younger is a
/// window old, or half of the capacity, the older is dropped whole. Whoever was dropped for age had a full bucket;
/// whoever was dropped for want of room gets a full one, the longest unseen first. Each request takes constant time,
/// the dropping spread over the requests that brought it about.
struct RateLimiter: Sendable {
    /// A user's name, compared byte for byte: equal text in another spelling is another user.
    private struct User: Hashable {
        let name: String

        static func == (left: User, right: User) -> Bool { left.name.hasSameBytes(as: right.name) }

        func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    /// How much time of refilling one request costs, in nanoseconds.
    private let cost: UInt64
    /// How long an empty bucket takes to be full, in nanoseconds.
    private let window: UInt64
    private let generationCapacity: Int

    /// When each user's bucket is full, in nanoseconds of the monotonic clock.
    private var younger: [User: UInt64] = [:]
    private var older: [User: UInt64] = [:]
    private var youngerSince: UInt64 = 0

    /// Full buckets for everyone.
    ///
    /// - Parameters:
    ///   - limit: requests in a window, at least 1.
    ///   - window: how long that is, more than nothing and at most a day.
    ///   - capacity: how many users are remembered at most, at least 2.
    init(limit: Int, window: Duration, capacity: Int = 100_000) {
        precondition(limit >= 1 && window > .zero && window <= .seconds(86_400) && capacity >= 2)
        self.window = UInt64(window / .nanoseconds(1))
        cost = max(self.window / UInt64(limit), 1)
        generationCapacity = capacity / 2
    }

    /// How many users are remembered.
    var count: Int { younger.count + older.count }

    /// Takes a request of `user` out of their bucket. Nil when there was one in it; else the seconds until there will
    /// be, rounded up and at least 1, for `Retry-After`, and nothing is taken.
    mutating func secondsToWait(for user: String, at moment: Instant) -> Int? {
        let now = moment.nanoseconds
        turnGenerations(now)
        let user = User(name: user)
        let known = younger[user] ?? older.removeValue(forKey: user)
        let fullAt = max(known ?? now, now)
        let after = fullAt + cost
        let isAllowed = after - now <= window
        younger[user] = isAllowed ? after : fullAt
        guard !isAllowed else { return nil }
        let second: UInt64 = 1_000_000_000
        return max(Int((after - now - window + second - 1) / second), 1)
    }

    private mutating func turnGenerations(_ now: UInt64) {
        let isOver = now >= youngerSince + window
        guard isOver || younger.count >= generationCapacity else { return }
        older = younger
        younger = [:]
        youngerSince = now
    }
}
