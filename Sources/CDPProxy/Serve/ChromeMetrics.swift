import ProxyCore

/// What is told of Chrome.
final class ChromeMetrics {
    private let up: Gauge
    private let down: [String: Gauge]

    /// Declares it.
    init(in registry: MetricsRegistry) {
        up = registry.gauge("cdp_proxy_chrome_up", help: "Whether Chrome answered when it was asked last.")
        down = registry.gauges(
            "cdp_proxy_chrome_down",
            label: "reason",
            values: ChromeOutage.allCases.map(\.rawValue),
            help: "Whether Chrome did not answer for this reason when it was asked last."
        )
    }

    /// Whether Chrome answered last.
    var isUp: Bool { up.value == 1 }

    /// Sets what was seen last; nil when Chrome answered.
    func saw(_ outage: ChromeOutage?) {
        up.set(outage == nil)
        for (reason, gauge) in down { gauge.set(reason == outage?.rawValue) }
    }
}
