/// A number that only grows, such as bytes relayed since the start.
///
/// Made by `MetricsRegistry`; used on the loop that owns the registry. Incrementing allocates nothing.
public final class Counter {
    /// The total so far.
    public private(set) var value: UInt64 = 0

    init() {}

    /// Adds `amount`. A counter past `UInt64.max` wraps, which a scraper reads as a restart.
    public func increment(by amount: UInt64 = 1) {
        value &+= amount
    }
}
