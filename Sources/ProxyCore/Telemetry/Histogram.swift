/// How often an observed value fell under each of a few fixed bounds, with the sum of all values.
///
/// Made by `MetricsRegistry`; used on the loop that owns the registry. Observing allocates nothing.
public final class Histogram {
    /// Bounds in seconds that tell a local connect from a slow one: 1 ms to 10 s.
    public static let secondsBounds: [Double] = [
        0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// The upper bounds, rising, without the last one, which is infinity. A value equal to a bound falls under it.
    public let bounds: [Double]
    /// How many values were observed.
    public private(set) var count: UInt64 = 0
    /// The sum of all observed values.
    public private(set) var sum: Double = 0
    private var counts: [UInt64]

    init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds rise")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    /// Counts one value. Anything that is not a number is left out, for it would spoil the sum for ever.
    public func observe(_ value: Double) {
        guard value.isFinite else { return }
        count &+= 1
        sum += value
        for index in bounds.indices where value <= bounds[index] {
            counts[index] &+= 1
            return
        }
    }

    /// For each bound, how many values were at or under it.
    public var cumulativeCounts: [UInt64] {
        var total: UInt64 = 0
        return counts.map { count in
            total &+= count
            return total
        }
    }
}
