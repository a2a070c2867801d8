import ProxyCore

/// The proxy's metrics by name. Names and labels are promises to dashboards and alerts.
final class ProxyMetrics {
    /// All of them, for a scraper.
    let registry = MetricsRegistry()

    let tokensAccepted: Counter
    let tokensRejected: CounterFamily
    let connectionsRefused: CounterFamily
    let policyDenied: CounterFamily
    let connections: Counter
    let connectionsActive: Gauge
    let connectSeconds: Histogram
    let relay: RelayMetrics
    let injections: InjectionMetrics
    let deadlines: CounterFamily
    let secretFetches: CounterFamily
    let closes: CounterFamily
    let downloadsRemoved: CounterFamily
    let downloadBytes: Gauge
    let silentClosed: CounterFamily
    let tls: TLSMetrics
    let handovers: CounterFamily
    let chrome: ChromeMetrics
    let draining: Gauge

    /// Declares the metrics that are counted as things happen.
    init() {
        tokensAccepted = registry.counter("cdp_proxy_tokens_accepted_total", help: "Credentials that were admitted.")
        tokensRejected = registry.counters(
            "cdp_proxy_tokens_rejected_total",
            labels: ["reason"],
            help: "Credentials that were refused, by reason."
        )
        connectionsRefused = registry.counters(
            "cdp_proxy_connections_refused_total",
            labels: ["reason"],
            help: "Requests with a good credential that were refused all the same, by reason."
        )
        policyDenied = Self.policyDenied(in: registry)
        connections = registry.counter("cdp_proxy_connections_total", help: "Clients that were joined to Chrome.")
        connectionsActive = registry.gauge("cdp_proxy_connections_active", help: "Clients joined to Chrome now.")
        connectSeconds = registry.histogram("cdp_proxy_connect_seconds", help: "From a client's whole head to its 101.")
        relay = RelayMetrics(in: registry)
        deadlines = Self.deadlines(in: registry)
        injections = InjectionMetrics(in: registry, timedOut: deadlines[DeadlinePhase.injection.rawValue])
        secretFetches = registry.counters(
            "cdp_proxy_secret_fetches_total",
            labels: ["result"],
            help: "Fetches of the signing key, by result."
        )
        closes = registry.counters(
            "cdp_proxy_closes_total",
            labels: ["code", "side"],
            help: "Ended connections, by close code and the side that ended them."
        )
        downloadsRemoved = Self.downloadsRemoved(in: registry)
        downloadBytes = registry.gauge("cdp_proxy_downloads_bytes", help: "Bytes of downloads that are kept now.")
        silentClosed = Self.silentClosed(in: registry)
        tls = TLSMetrics(in: registry)
        handovers = Self.handovers(in: registry)
        chrome = ChromeMetrics(in: registry)
        draining = registry.gauge("cdp_proxy_draining", help: "Whether no new client is joined to Chrome.")
        declareLabels()
    }

    private static func deadlines(in registry: MetricsRegistry) -> CounterFamily {
        registry.counters(
            "cdp_proxy_deadlines_passed_total",
            labels: ["phase"],
            help: "What took longer than it may, by phase."
        )
    }

    private static func handovers(in registry: MetricsRegistry) -> CounterFamily {
        registry.counters(
            "cdp_proxy_handovers_total",
            labels: ["result"],
            help: "Hand-overs: full of another process to this one, or why one from this process failed."
        )
    }

    private static func silentClosed(in registry: MetricsRegistry) -> CounterFamily {
        registry.counters(
            "cdp_proxy_silent_closed_total",
            labels: ["listener"],
            help: "Connections without a whole request that made room for newer ones."
        )
    }

    private static func downloadsRemoved(in registry: MetricsRegistry) -> CounterFamily {
        registry.counters(
            "cdp_proxy_downloads_removed_total",
            labels: ["reason"],
            help: "Downloads of clients with roles that were removed, by reason."
        )
    }

    private static func policyDenied(in registry: MetricsRegistry) -> CounterFamily {
        registry.counters(
            "cdp_proxy_policy_denied_total",
            labels: ["permission"],
            help: "CDP commands that were not passed on, by the permission they need, or malformed."
        )
    }

    /// Creates the labelled counters at zero, so that a rate over one that never counted is not empty.
    private func declareLabels() {
        registry.gauge(
            "cdp_proxy_build_info",
            labels: ["version": ProductVersion.text],
            help: "Always 1; the label says which version runs."
        ).value = 1
        for rejection in CredentialRejection.allCases { _ = tokensRejected[rejection.rawValue] }
        for reason in RequestRefusal.reasonsBehindCredential { _ = connectionsRefused[reason] }
        for permission in Permission.allCases { _ = policyDenied[permission.rawValue] }
        _ = handovers["full"]
        for reason in HandoverFailure.allCases { _ = handovers[reason.rawValue] }
        for reason in DownloadSweep.Reason.allCases { _ = downloadsRemoved[reason.rawValue] }
        for phase in DeadlinePhase.allCases { _ = deadlines[phase.rawValue] }
        for listener in ["clients", "operators"] { _ = silentClosed[listener] }
        for result in ["full", "partial", "failed"] { _ = injections.results[result] }
    }

    /// Declares the metrics that are read at each scrape.
    func declareSampled(_ keys: SigningKeySource, _ log: EventLog) {
        registry.sampledGauge("cdp_proxy_secret_age_seconds", help: "How long ago the signing key was fetched.") {
            [weak keys] in
            keys?.age
        }
        registry.sampledCounter(
            "cdp_proxy_log_lines_dropped_total",
            help: "Log lines dropped because standard error was not read in time."
        ) {
            Double(log.droppedLines)
        }
        registry.declareProcess()
    }
}
