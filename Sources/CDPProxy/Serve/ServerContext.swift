import ProxyCore

/// What every part of the server stands on: its loop, its clock and timeouts, its log and metrics.
struct ServerContext {
    let loop: EventLoop
    let timeouts: HandshakeTimeouts
    /// The wall clock.
    let clock: @Sendable () -> Timestamp
    let log: EventLog
    let metrics = ProxyMetrics()

    /// A context whose log goes to `writeLog`.
    init(
        on loop: EventLoop,
        _ settings: LogSettings,
        timeouts: HandshakeTimeouts,
        clock: @escaping @Sendable () -> Timestamp,
        writeLog: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.loop = loop
        self.timeouts = timeouts
        self.clock = clock
        log = EventLog(
            threshold: settings.level,
            format: settings.format,
            clock: clock,
            whenIdle: loop.runWhenIdle,
            write: writeLog
        )
    }
}
