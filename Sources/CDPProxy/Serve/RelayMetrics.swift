import ProxyCore

/// The bytes and frames that the relays have moved, by direction.
struct RelayMetrics {
    private let bytes: CounterFamily
    private let frames: CounterFamily

    /// Declares the metrics.
    init(in registry: MetricsRegistry) {
        bytes = registry.counters(
            "cdp_proxy_relay_bytes_total",
            labels: ["direction"],
            help: "Bytes on the wire after the handshake, frame headers included."
        )
        frames = registry.counters(
            "cdp_proxy_relay_frames_total",
            labels: ["direction"],
            help: "WebSocket frames passed on."
        )
    }

    /// Raises the counters to the relays' own counts. This happens at each scrape, so that a message costs no counter.
    func sample(_ totals: RelayTotals) {
        raise(bytes["client_to_chrome"], to: totals.bytesToChrome)
        raise(bytes["chrome_to_client"], to: totals.bytesToClient)
        raise(frames["client_to_chrome"], to: totals.framesToChrome)
        raise(frames["chrome_to_client"], to: totals.framesToClient)
    }

    private func raise(_ counter: Counter, to value: UInt64) {
        // A scrape that overlaps may have read later counts before.
        guard value > counter.value else { return }
        counter.increment(by: value - counter.value)
    }
}
