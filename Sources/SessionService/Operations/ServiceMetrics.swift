import ProxyCore
import Synchronization

/// The service's metrics, for use on any thread. Dashboards and alerts rely on their names and labels.
final class ServiceMetrics: Sendable {
    private let counted: Mutex<Counted>

    /// Declares the metrics. Each scrape reads `droppedLines`.
    init(droppedLines: @escaping @Sendable () -> UInt64) {
        counted = Mutex(Self.declare(droppedLines))
    }

    /// Counts an answered request. `route` is the template of its path, so that there are few labels.
    func countRequest(method: String, route: String, status: Int, seconds: Double) {
        let method = Self.methods.contains(method) ? method : "other"
        counted.withLock {
            $0.requests[method, route, String(status)].increment()
            $0.seconds.observe(seconds)
        }
    }

    /// Counts a token that was refused.
    func countRejectedToken(_ reason: String) { counted.withLock { $0.tokensRejected[reason].increment() } }

    /// Counts a request that the rate limit refused.
    func countRateLimited() { counted.withLock { $0.rateLimited.increment() } }

    /// Counts a fetch of the identity provider's keys.
    func countKeySetFetch(_ result: String) { counted.withLock { $0.keySetFetches[result].increment() } }

    /// Counts a failure of the database.
    func countStoreError() { counted.withLock { $0.storeErrors.increment() } }

    /// Counts a connection that the service closed.
    func countEnd(_ reason: ConnectionEnd) { counted.withLock { $0.ends[reason.rawValue].increment() } }

    /// Every metric in Prometheus' text format.
    var text: String { counted.withLock { $0.registry.text() } }

    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]

    private static func declare(_ droppedLines: @escaping @Sendable () -> UInt64) -> Counted {
        let registry = MetricsRegistry()
        let counted = Counted(in: registry)
        for failure in AuthenticationFailure.allCases { _ = counted.tokensRejected[failure.rawValue] }
        for reason in ConnectionEnd.allCases { _ = counted.ends[reason.rawValue] }
        let labels: KeyValuePairs = ["version": ServiceVersion.text]
        registry.gauge("session_service_build_info", labels: labels, help: "Always 1; the label is the version.")
            .value = 1
        registry.sampledCounter(
            "session_service_log_lines_dropped_total",
            help: "Log lines dropped because standard error was full."
        ) {
            Double(droppedLines())
        }
        registry.declareProcess()
        return counted
    }
}

/// The metrics themselves. One thread at a time may use them: the one that holds the lock.
private struct Counted {
    let registry: MetricsRegistry
    let requests: CounterFamily
    let seconds: Histogram
    let tokensRejected: CounterFamily
    let rateLimited: Counter
    let keySetFetches: CounterFamily
    let storeErrors: Counter
    let ends: CounterFamily

    init(in registry: MetricsRegistry) {
        self.registry = registry
        requests = registry.counters(
            "session_service_requests_total",
            labels: ["method", "route", "status"],
            limit: 500,
            help: "Answered requests."
        )
        seconds = registry.histogram("session_service_request_seconds", help: "From a request's head to its answer.")
        tokensRejected = registry.counters(
            "session_service_tokens_rejected_total",
            labels: ["reason"],
            help: "Tokens that were refused, by reason."
        )
        rateLimited = registry.counter(
            "session_service_rate_limited_total",
            help: "Requests refused by the rate limit."
        )
        keySetFetches = registry.counters(
            "session_service_jwks_fetches_total",
            labels: ["result"],
            help: "Fetches of the identity provider's keys, by result."
        )
        storeErrors = registry.counter("session_service_store_errors_total", help: "Failures of the database.")
        ends = registry.counters(
            "session_service_connections_ended_total",
            labels: ["reason"],
            help: "Connections that the service closed although their client might have gone on, by reason."
        )
    }
}
