/// The metrics of one process, in the order in which they were declared, and their text for a scraper.
///
/// Not `Sendable`: one loop owns the registry and everything it makes, so no metric needs a lock or an atomic.
/// Declaring a name twice, or one the format does not allow, is a mistake in this program and traps at start.
public final class MetricsRegistry {
    /// The `Content-Type` of `text()`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct Family {
        let name: String
        let help: String
        let source: Source
    }

    private enum Source {
        case counter(Counter)
        case counters(CounterFamily)
        case gauge(Gauge, labels: [(name: String, value: String)])
        case gauges([(value: String, gauge: Gauge)], label: String)
        case histogram(Histogram)
        case sampled(ExpositionText.Kind, read: () -> Double?)
    }

    private var families: [Family] = []

    /// A registry without metrics.
    public init() {}

    /// Declares a counter.
    public func counter(_ name: String, help: String) -> Counter {
        let counter = Counter()
        declare(name, help, .counter(counter))
        return counter
    }

    /// Declares counters told apart by `labels`, at most `limit` of them.
    public func counters(_ name: String, labels: [String], limit: Int = 100, help: String) -> CounterFamily {
        precondition(labels.allSatisfy(ExpositionText.isName), "a label's name")
        let family = CounterFamily(labelNames: labels, limit: limit)
        declare(name, help, .counters(family))
        return family
    }

    /// Declares a gauge. `labels` are constant, as those of a `…_build_info` are.
    public func gauge(_ name: String, labels: KeyValuePairs<String, String> = [:], help: String) -> Gauge {
        precondition(labels.allSatisfy { ExpositionText.isName($0.key) }, "a label's name")
        let gauge = Gauge()
        declare(name, help, .gauge(gauge, labels: labels.map { (name: $0.key, value: $0.value) }))
        return gauge
    }

    /// Declares a gauge for each of these values of a label, which are told apart by it.
    public func gauges(_ name: String, label: String, values: [String], help: String) -> [String: Gauge] {
        precondition(ExpositionText.isName(label) && Set(values).count == values.count, "a label's name and values")
        let all = values.map { (value: $0, gauge: Gauge()) }
        declare(name, help, .gauges(all, label: label))
        return Dictionary(uniqueKeysWithValues: all.map { ($0.value, $0.gauge) })
    }

    /// Declares a histogram over rising `bounds`.
    public func histogram(_ name: String, bounds: [Double] = Histogram.secondsBounds, help: String) -> Histogram {
        let histogram = Histogram(bounds: bounds)
        declare(name, help, .histogram(histogram))
        return histogram
    }

    /// Declares a gauge that is read when the text is written; nil writes no sample.
    public func sampledGauge(_ name: String, help: String, read: @escaping () -> Double?) {
        declare(name, help, .sampled(.gauge, read: read))
    }

    /// Declares a counter kept elsewhere and read when the text is written; nil writes no sample.
    public func sampledCounter(_ name: String, help: String, read: @escaping () -> Double?) {
        declare(name, help, .sampled(.counter, read: read))
    }

    /// Every metric in Prometheus' text format 0.0.4.
    public func text() -> String {
        var output = ExpositionText()
        for family in families { Self.write(family, to: &output) }
        return output.text
    }

    private func declare(_ name: String, _ help: String, _ source: Source) {
        precondition(ExpositionText.isName(name), "a metric's name")
        precondition(!families.contains { $0.name == name }, "a metric is declared once")
        families.append(Family(name: name, help: help, source: source))
    }

    private static func write(_ family: Family, to output: inout ExpositionText) {
        switch family.source {
        case .counter(let counter):
            output.begin(family.name, kind: .counter, help: family.help)
            output.sample(family.name, String(counter.value))
        case .counters(let counters):
            output.begin(family.name, kind: .counter, help: family.help)
            for total in counters.totals {
                let labels = zip(counters.labelNames, total.values).map { (name: $0, value: $1) }
                output.sample(family.name, labels: labels, String(total.value))
            }
        case .gauge(let gauge, let labels):
            output.begin(family.name, kind: .gauge, help: family.help)
            output.sample(family.name, labels: labels, ExpositionText.number(gauge.value))
        case .gauges(let all, let label):
            output.begin(family.name, kind: .gauge, help: family.help)
            for (value, gauge) in all {
                let labels = [(name: label, value: value)]
                output.sample(family.name, labels: labels, ExpositionText.number(gauge.value))
            }
        case .histogram(let histogram):
            output.begin(family.name, kind: .histogram, help: family.help)
            write(histogram, named: family.name, to: &output)
        case .sampled(let kind, let read):
            output.begin(family.name, kind: kind, help: family.help)
            if let value = read() { output.sample(family.name, ExpositionText.number(value)) }
        }
    }

    private static func write(_ histogram: Histogram, named name: String, to output: inout ExpositionText) {
        for (bound, count) in zip(histogram.bounds, histogram.cumulativeCounts) {
            output.sample("\(name)_bucket", labels: [(name: "le", value: ExpositionText.number(bound))], String(count))
        }
        output.sample("\(name)_bucket", labels: [(name: "le", value: "+Inf")], String(histogram.count))
        output.sample("\(name)_sum", ExpositionText.number(histogram.sum))
        output.sample("\(name)_count", String(histogram.count))
    }
}
