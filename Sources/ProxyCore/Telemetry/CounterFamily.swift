/// Counters that share a name and differ in their label values, such as refusals by reason.
///
/// The number of children is bounded, so that a value a peer can choose never grows the process or the scrape: what
/// comes after the limit is counted under `other`. Used on the loop that owns the registry.
public final class CounterFamily {
    /// The label value that stands for everything beyond `limit`.
    public static let overflow = "other"

    /// The label names, in the order in which their values are given.
    public let labelNames: [String]
    /// The most children that are kept apart.
    public let limit: Int
    private var children: [[String]: Counter] = [:]

    init(labelNames: [String], limit: Int) {
        self.labelNames = labelNames
        self.limit = limit
    }

    /// The child with these label values, one for each of `labelNames`; made at zero when it is asked for first.
    public subscript(_ values: String...) -> Counter {
        child(values)
    }

    /// The label values and totals, sorted by label values so that two scrapes read alike.
    public var totals: [(values: [String], value: UInt64)] {
        children.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { (values: $0.key, value: $0.value.value) }
    }

    private func child(_ values: [String]) -> Counter {
        precondition(values.count == labelNames.count, "one value for each label")
        if let known = children[values] { return known }
        let key = children.count < limit ? values : labelNames.map { _ in Self.overflow }
        if let known = children[key] { return known }
        let made = Counter()
        children[key] = made
        return made
    }
}
