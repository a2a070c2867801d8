import ProxyCore

/// What is counted of TLS.
final class TLSMetrics {
    /// Times that a certificate was read again, by result.
    let reloads: CounterFamily
    /// Connections that broke before their request was whole, by reason.
    let failures: CounterFamily
    private let registry: MetricsRegistry

    /// Declares them.
    init(in registry: MetricsRegistry) {
        self.registry = registry
        reloads = registry.counters(
            "cdp_proxy_tls_reloads_total",
            labels: ["result"],
            help: "Times that a certificate was read again, by result."
        )
        failures = registry.counters(
            "cdp_proxy_tls_failures_total",
            labels: ["reason"],
            help: "Connections that broke before their request was whole, over TLS, by reason."
        )
        for result in ["full", "failed"] { _ = reloads[result] }
        for reason in ["plain_http", "handshake"] { _ = failures[reason] }
    }

    /// When the certificate of a listener ends. Declared once, where there is one.
    func expiry(of listener: TLSListener) -> Gauge {
        registry.gauge(
            "cdp_proxy_\(listener == .clients ? "" : "admin_")tls_certificate_expiry_timestamp_seconds",
            help: "When the time of the certificate for \(listener.rawValue) is over, in seconds since 1970."
        )
    }
}
