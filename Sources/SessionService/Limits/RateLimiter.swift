import ProxyCore

/// Limits each user to a number of requests in a window. A value that gets the time with each call and reads no clock.
///
/// Each user has a bucket that holds `limit` requests and refills evenly over `window`. So a burst of `limit` is
/// allowed, and the average holds. Of a bucket only the moment is stored at which it is full again.
///
/// A full bucket need not be stored, and that bounds the memory. Users are in two generations. When the younger is a
/// window old, or holds half of the capacity, the older is dropped whole. A user dropped for age has a full bucket
/// anyway; a user dropped for room gets a full one, the longest unseen first. Each request takes constant time apart
/// from that.
struct RateLimiter: Sendable {
    /// A user's name, compared byte for byte: equal text in other bytes is another user.
    private struct User: Hashable {
        let name: String

        static func == (left: User, right: User) -> Bool { left.name.hasSameBytes(as: right.name) }

        func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    /// The time in which one request refills, in nanoseconds.
    private let cost: UInt64
    /// The time in which an empty bucket fills, in nanoseconds.
    private let window: UInt64
    private let generationCapacity: Int

    /// When each user's bucket is full, in nanoseconds of the monotonic clock.
    private var younger: [User: UInt64] = [:]
    private var older: [User: UInt64] = [:]
    private var youngerSince: UInt64 = 0

    /// A limiter that gives every user a full bucket.
    ///
    /// - Parameters:
    ///   - limit: the requests in a window, at least 1.
    ///   - window: its length, more than nothing and at most a day.
    ///   - capacity: the most users it remembers, at least 2.
    init(limit: Int, window: Duration, capacity: Int = 100_000) {
        precondition(limit >= 1 && window > .zero && window <= .seconds(86_400) && capacity >= 2)
        self.window = UInt64(window / .nanoseconds(1))
        cost = max(self.window / UInt64(limit), 1)
        generationCapacity = capacity / 2
    }

    /// The number of remembered users.
    var count: Int { younger.count + older.count }

    /// Takes a request out of the user's bucket and returns nil. If the bucket is empty, takes nothing and returns the
    /// seconds until it is not: rounded up, at least 1, for `Retry-After`.
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
