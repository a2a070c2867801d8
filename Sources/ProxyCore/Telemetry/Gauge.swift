/// A number that goes up and down, such as connections open now.
///
/// Made by `MetricsRegistry`; used on the loop that owns the registry.
public final class Gauge {
    /// The number now.
    public var value: Double = 0

    init() {}

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) {
        value += amount
    }

    /// Sets 1 for true and 0 for false, Prometheus' way of saying yes and no.
    public func set(_ truth: Bool) {
        value = truth ? 1 : 0
    }
}
