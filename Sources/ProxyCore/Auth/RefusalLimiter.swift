/// How many credentials of each address were refused lately, so that further refused ones are answered with 429. It keeps
/// no good credential out: it is asked only about one that was refused.
///
/// Each address has a token bucket: a minute's refusals at once, and then one more for each share of a minute. All that is
/// remembered of an address is when its bucket is full again, and nothing once it is. An IPv6 /64 counts as one address.
///
/// Does no I/O and reads no clock. A clock that is set back gives an address its whole bucket again.
///
/// Bounded: for one address too many, the quarter whose buckets are fullest is forgotten. So a crowd of addresses that are
/// refused once or twice each pushes out one another. An attacker that wants a spent bucket forgotten has to spend three quarters of
/// all buckets first, to gain what a minute's wait gives.
public struct RefusalLimiter: Sendable {
    /// How long an empty bucket takes to be full again.
    private static let window: Duration = .seconds(60)

    /// How long it takes to get one refusal more.
    private let share: Duration
    /// When the bucket of each address is full again.
    private var buckets: ExpiringTable<IPAddress, Void>

    /// A limiter that answers no 429 before one address has had `perMinute` refusals. At most `capacity` addresses, about 50
    /// bytes each, are remembered.
    public init(perMinute: Int, capacity: Int = 20_000) {
        share = .microseconds(60_000_000 / Int64(max(perMinute, 1)))
        buckets = ExpiringTable(capacity: capacity)
    }

    /// Counts a refused credential from an address. Nil while the address has refusals left; else nothing is counted, and in
    /// how many seconds, at least one, it has one again.
    public mutating func count(from address: IPAddress, now: Timestamp) -> Int? {
        let block = address.block
        let latest = now + Self.window
        let known = buckets.entry(for: block, now: now)?.expiresAt ?? now
        let full = (known > latest ? now : known) + share
        guard full <= latest else { return max(Int(full.seconds(since: latest).rounded(.up)), 1) }
        if !buckets.insert((), for: block, until: full, now: now) {
            buckets.forgetSoonest()
            _ = buckets.insert((), for: block, until: full, now: now)
        }
        return nil
    }
}
