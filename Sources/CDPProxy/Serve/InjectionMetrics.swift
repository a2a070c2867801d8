import ProxyCore

/// The metrics of stored sessions put into Chrome.
struct InjectionMetrics {
    /// How many, by result.
    let results: CounterFamily
    /// How long one took.
    let seconds: Histogram
    /// How many did not end in time.
    let timedOut: Counter

    /// Declares the metrics.
    init(in registry: MetricsRegistry, timedOut: Counter) {
        self.timedOut = timedOut
        results = registry.counters(
            "cdp_proxy_injections_total",
            labels: ["result"],
            help: "Stored sessions put into Chrome, by result."
        )
        seconds = registry.histogram("cdp_proxy_injection_seconds", help: "How long an injection took.")
    }
}
