import ProxyCore

/// How far the server is on its way to its end, and the drain on that way. Parts that serve or wait ask it whether to go on.
///
/// Lives on the loop's thread.
final class Shutdown {
    /// How far it is; each phase includes the ones before.
    private enum Phase: Comparable {
        case serving
        case draining
        case stopping
    }

    private let fleet: RelayFleet
    private let loop: EventLoop
    /// How long live connections go on once the drain has begun.
    private let drainTime: Duration
    private let gauge: Gauge
    private let log: EventLog
    private var phase = Phase.serving
    /// Whether another process is about to take this one's place.
    var isHandingOver = false
    /// Whether no request is decided over any more: another process decides.
    var isClosed = false
    /// How many requests are being decided over, from the last byte of each to its answer or its relay.
    var decisions = 0
    private var lastWork: [() -> Void] = []
    private var timer: LoopTimer?

    /// A server that serves. Its relays are in the fleet.
    init(of fleet: RelayFleet, after drainTime: Duration, _ context: ServerContext) {
        self.fleet = fleet
        self.drainTime = drainTime
        loop = context.loop
        gauge = context.metrics.draining
        log = context.log
    }

    /// Whether new clients are refused.
    var isDraining: Bool { phase >= .draining }

    /// Whether the server ends when its last client has gone.
    var isStopping: Bool { phase == .stopping }

    /// From now on new clients are refused. Live connections go on until the drain's end, and then are closed with 1012.
    func drain() {
        guard !isDraining else { return }
        phase = .draining
        gauge.set(true)
        log.record(.info, "draining", ["connections": .integer(fleet.connected)])
        let timer = LoopTimer { [weak self] in self?.end() }
        self.timer = timer
        loop.schedule(timer, at: loop.now + drainTime)
    }

    /// Does this at the drain's end.
    func atEnd(_ work: @escaping () -> Void) { lastWork.append(work) }

    private func end() {
        fleet.closeAll(.serviceRestart, reason: "the proxy is being restarted")
        for work in lastWork { work() }
        lastWork = []
    }

    /// Drains, and from now on the server ends when its last client has gone.
    func stop() {
        drain()
        phase = .stopping
    }

    /// Cancels the end of the drain, which the loop would wait for. Nothing is left to drain.
    func release() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }
}
