import ProxyCore

/// The bytes and frames that the relays have moved, by direction.
struct RelayMetrics {
    private let bytes: CounterFamily
    private let frames: CounterFamily
    private let compression: CounterFamily

    /// Declares the metrics.
    init(in registry: MetricsRegistry) {
        bytes = registry.counters(
            "cdp_proxy_relay_bytes_total",
            labels: ["direction"],
            help: "Bytes of frames after the handshake, headers included, before compression and encryption."
        )
        frames = registry.counters(
            "cdp_proxy_relay_frames_total",
            labels: ["direction"],
            help: "WebSocket frames passed on."
        )
        compression = registry.counters(
            "cdp_proxy_compression_bytes_total",
            labels: ["direction", "form"],
            help: "Bytes of messages that were compressed on the client's side, by direction: plain, and compressed."
        )
    }

    /// Raises the counters to the relays' own counts. This happens at each scrape, so that a message costs no counter.
    func sample(_ totals: RelayTotals) {
        raise(bytes["client_to_chrome"], to: totals.bytesToChrome)
        raise(bytes["chrome_to_client"], to: totals.bytesToClient)
        raise(frames["client_to_chrome"], to: totals.framesToChrome)
        raise(frames["chrome_to_client"], to: totals.framesToClient)
        raise(compression["client_to_chrome", "plain"], to: totals.compression.plainToChrome)
        raise(compression["client_to_chrome", "compressed"], to: totals.compression.compressedToChrome)
        raise(compression["chrome_to_client", "plain"], to: totals.compression.plainToClient)
        raise(compression["chrome_to_client", "compressed"], to: totals.compression.compressedToClient)
    }

    private func raise(_ counter: Counter, to value: UInt64) {
        // A scrape that overlaps may have read later counts before.
        guard value > counter.value else { return }
        counter.increment(by: value - counter.value)
    }
}
