/// Ends a relay when its span is over, and tells its client before.
///
/// Lives on the relay's loop, no longer than the relay. Its owner cancels it when the relay has ended.
public final class SpanTimer {
    private let loop: EventLoop
    private unowned let relay: Relay
    private var clock: SpanClock
    private var timer: LoopTimer?

    /// The timer of a relay that begins now; nil when its span is endless.
    public convenience init?(_ span: RelaySpan, of relay: Relay, on loop: EventLoop) {
        guard !span.isEndless else { return nil }
        self.init(SpanClock(span, from: loop.now), of: relay, on: loop)
    }

    /// A timer with a clock of the caller's choice.
    init(_ clock: SpanClock, of relay: Relay, on loop: EventLoop) {
        self.loop = loop
        self.relay = relay
        self.clock = clock
        let timer = LoopTimer { [unowned self] in look() }
        self.timer = timer
        // Not at once: a relay that has not started can end nothing.
        loop.schedule(timer, at: loop.now)
    }

    /// Ends nothing any more.
    public func cancel() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func look() {
        var step = clock.step(now: loop.now, lastFromClient: relay.lastFromClient)
        if case .warn(let end, let seconds) = step {
            relay.tellClient(Self.warning(of: end, seconds: seconds))
            step = clock.step(now: loop.now, lastFromClient: relay.lastFromClient)
        }
        // The relay may have ended as it told its client.
        guard let timer else { return }
        switch step {
        case .wait(let moment): loop.schedule(timer, at: moment)
        case .end(let end): relay.close(end.code, reason: end.reason)
        case .warn: preconditionFailure("a warning is given once")
        }
    }

    /// The event of the Chrome DevTools Protocol that says so. Clients drop events they do not know.
    static func warning(of end: RelaySpan.End, seconds: Int) -> [UInt8] {
        let parameters = "{\"code\":\(end.code),\"reason\":\"\(end.claim)\",\"seconds\":\(seconds)}"
        return Array("{\"method\":\"CDPProxy.connectionEnding\",\"params\":\(parameters)}".utf8)
    }
}
