import ProxyCore

/// What the relays have moved, by direction.
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

    /// Brings the counters up to what the relays have counted themselves: they are read when somebody asks, so that a
    /// message costs no counter.
    func sample(_ totals: RelayTotals) {
        raise(bytes["client_to_chrome"], to: totals.bytesToChrome)
        raise(bytes["chrome_to_client"], to: totals.bytesToClient)
        raise(frames["client_to_chrome"], to: totals.framesToChrome)
        raise(frames["chrome_to_client"], to: totals.framesToClient)
    }

    private func raise(_ counter: Counter, to value: UInt64) {
        // Somebody else who asked may have been told of later figures before.
        guard value > counter.value else { return }
        counter.increment(by: value - counter.value)
    }
}
