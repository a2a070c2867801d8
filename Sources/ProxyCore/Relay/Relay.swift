/// Two upgraded connections joined: the client's frames go to Chrome and Chrome's to the client, until one of them
/// ends. Driven by readiness; on the way of a message there is no task, no allocation and no reference count.
///
/// The end is where the care is. A frame of the proxy's own (a Close with a true code) may only stand at a frame
/// boundary, so the relay first goes on to the next one; after its Close it shuts its side down and reads what the
/// client still sends, since closing a socket with unread bytes in it would make the kernel reset the connection and
/// take the Close frame with it.
///
/// Lives on the loop's thread. The loop retains it until its end; then its two sockets close with it.
public final class Relay: ReadinessHandler {
    private let loop: EventLoop
    private let pipes: PipePool
    private let client: DetachedSocket
    private let chrome: DetachedSocket
    private let pingInterval: Duration?
    private let finished: (RelayEnd, RelayTotals) -> Void

    private var up: Flow
    private var down: Flow
    private var phase = Phase.open
    private var clientHasFinished = false
    private var chromeIsRegistered = true
    private var keepalive: Keepalive
    /// What the client had taken when it was last looked at on the way to a boundary.
    private var takenByClient: UInt64 = 0
    /// Who said Close first, and with which code.
    private var firstClose: RelayEnd?
    private var timer: LoopTimer?
    /// Ends the wait for much to come at once, and how often it did.
    private var lowWaterTimer: LoopTimer?
    private(set) var lowWaterTimeouts = 0

    /// Joins two sockets whose handshakes are done. `fromClient` and `fromChrome` are the bytes that came behind them.
    /// Without an interval nobody is pinged. `finished` is called once, on the loop's thread.
    public init(
        client: consuming DetachedSocket,
        chrome: consuming DetachedSocket,
        fromClient: [UInt8],
        fromChrome: [UInt8],
        on loop: EventLoop,
        pipes: PipePool,
        pingInterval: Duration?,
        finished: @escaping (RelayEnd, RelayTotals) -> Void
    ) {
        self.loop = loop
        self.pipes = pipes
        self.client = client
        self.chrome = chrome
        self.pingInterval = pingInterval
        self.finished = finished
        keepalive = Keepalive(at: loop.now)
        up = Flow(from: .client, received: fromClient, at: loop.now)
        down = Flow(from: .server, received: fromChrome, at: loop.now)
        up.sourceHasFinished = self.client.peerHasFinished
        down.sourceHasFinished = self.chrome.peerHasFinished
    }

    /// Takes the sockets over from whoever shook hands on them, and starts.
    public func start() {
        loop.handOver(client.registration, to: self, tag: Tag.client)
        loop.handOver(chrome.registration, to: self, tag: Tag.chrome)
        let timer = LoopTimer { [unowned self] in intervalPassed() }
        self.timer = timer
        if let pingInterval { loop.schedule(timer, at: loop.now + pingInterval) }
        // Edges that came before the hand-over were told to the one before.
        if client.mayBeRead || up.hasBegun { runUp() }
        if chrome.mayBeRead || down.hasBegun { runDown() }
    }

    /// What went through so far.
    public var totals: RelayTotals { RelayTotals(up: up, down: down) }

    /// Ends the connection from this side: the client is told the code and the reason (at most 123 bytes) at the next
    /// frame boundary. Does nothing when the connection is ending already.
    public func close(_ code: CloseCode, reason: String) {
        leave(RelayEnd(code: code, side: .proxy), code, reason: reason)
    }

    // MARK: Readiness

    /// Moves what became movable.
    public override func ready(_ readiness: Readiness, tag: UInt8) {
        let readable = !readiness.isDisjoint(with: [.readable, .peerFinished, .broken])
        let writable = !readiness.isDisjoint(with: [.writable, .broken])
        let last = !readiness.isDisjoint(with: [.peerFinished, .broken])
        if tag == Tag.client {
            if last { up.sourceHasFinished = true }
            // A reset, while nobody reads who would find out.
            if !readiness.isDisjoint(with: .broken), up.isBlocked || clientHasFinished { return clientIsGone() }
            if readable { runUp() }
            if writable, down.isBlocked { runDown() }
        } else {
            if last { down.sourceHasFinished = true }
            if readable { runDown() }
            if writable, up.isBlocked { runUp() }
        }
    }

    @inline(__always)
    private func runUp() {
        switch phase {
        case .open: pumpUp()
        case .leaving, .lingering: discard()
        case .ended: break
        }
    }

    @inline(__always)
    private func runDown() {
        switch phase {
        case .open, .leaving: pumpDown()
        case .lingering(let end): finishSaying(end)
        case .ended: break
        }
    }

    private func pumpUp() {
        do throws(Flow.BrokenEnd) {
            let progress = unsafe try up.pump(
                from: client.descriptor,
                to: chrome.descriptor,
                through: loop.scratch,
                pipes: pipes,
                now: loop.now
            )
            note(progress)
            switch progress.stop {
            case .sourceEmpty, .sinkFull, .boundary: break
            case .share: loop.yield(client.registration)
            case .ended: clientFinished()
            case .fault(let fault): clientBrokeRules(fault)
            }
        } catch {
            switch error {
            case .source: clientIsGone()
            case .sink: chromeBroke()
            }
        }
    }

    private func pumpDown() {
        do throws(Flow.BrokenEnd) {
            let progress = unsafe try down.pump(
                from: chrome.descriptor,
                to: client.descriptor,
                through: loop.scratch,
                pipes: pipes,
                now: loop.now
            )
            note(progress)
            switch progress.stop {
            case .sourceEmpty where down.walker.closeCode != nil && up.walker.closeCode != nil: chromeFinished()
            case .sourceEmpty, .sinkFull: break
            case .share: loop.yield(chrome.registration)
            case .boundary: sayGoodbye()
            case .ended, .fault: chromeFinished()
            }
        } catch {
            switch error {
            case .source: chromeFinished()
            case .sink: clientIsGone()
            }
        }
    }

    @inline(__always)
    private func note(_ progress: Flow.Progress) {
        if progress.hasClosed { noteClose() }
        if progress.hasChangedWeight { updateBulk() }
        if progress.waitsForMuch { armLowWaterTimer() }
    }

    /// Has both sockets wait in the loop's line while much moves between them.
    private func updateBulk() {
        guard chromeIsRegistered else { return }
        let isBulk = up.isBulk || down.isBulk
        loop.setBulk(client.registration, isBulk)
        loop.setBulk(chrome.registration, isBulk)
    }

    /// What waits for much to come is moved all the same when it does not come soon.
    private func armLowWaterTimer() {
        let timer = lowWaterTimer ?? LoopTimer { [unowned self] in moveWhatIsThere() }
        lowWaterTimer = timer
        if !timer.isScheduled { loop.schedule(timer, at: loop.now + RelayTimeouts.forMuch) }
    }

    private func moveWhatIsThere() {
        lowWaterTimeouts += 1
        if up.hasWaitedForMuch() { loop.yield(client.registration) }
        if chromeIsRegistered, down.hasWaitedForMuch() { loop.yield(chrome.registration) }
    }

    // MARK: Keepalive

    /// After an interval: pings whoever was silent all the time, and gives up on who has been for several. When the
    /// connection is ending, gives up on what is waited for.
    private func intervalPassed() {
        switch phase {
        case .open where clientHasFinished || firstClose != nil: awaitChrome()
        case .open: if let pingInterval { keepAlive(pingInterval) }
        case .leaving(let goodbye): awaitBoundary(goodbye)
        case .lingering(let end): finish(end)
        case .ended: break
        }
    }

    private func keepAlive(_ interval: Duration) {
        switch keepalive.intervalPassed(interval, up: up, down: down, now: loop.now) {
        case .clientIsGone: clientIsGone()
        case .chromeIsGone: chromeIsGone()
        case .goOn(let client, let chrome, let next):
            if client { pingClient() }
            if chrome { pingChrome() }
            guard case .open = phase, firstClose == nil, !clientHasFinished else { return }
            wake(at: next)
        }
    }

    private func pingClient() {
        guard down.admitsFrame else { return }
        down.insert(ControlFrame.ping())
        pumpDown()
    }

    private func pingChrome() {
        guard case .open = phase, up.admitsFrame else { return }
        up.insert(ControlFrame.ping(maskingKey: .random()))
        pumpUp()
    }

    private func wake(at moment: Instant) { if let timer { loop.schedule(timer, at: moment) } }

    // MARK: The end

    /// Remembers who said Close first; the other side is to answer soon.
    private func noteClose() {
        guard firstClose == nil else { return }
        if let code = down.walker.closeCode {
            firstClose = RelayEnd(code: code, side: .chrome)
        } else if let code = up.walker.closeCode {
            firstClose = RelayEnd(code: code, side: .client)
            // Chrome's own ends the connection.
            down.endsWithClose = true
        } else {
            return
        }
        wake(at: loop.now + RelayTimeouts.halfOpen)
    }

    /// The client ended its direction: Chrome is told, and may still answer what it was asked before.
    private func clientFinished() {
        clientHasFinished = true
        up.isOver = true
        chrome.descriptor.shutdownSending()
        wake(at: loop.now + RelayTimeouts.halfOpen)
    }

    /// Chrome goes on as long as it sends something.
    private func awaitChrome() {
        let limit = down.lastByte + RelayTimeouts.halfOpen
        if limit > loop.now { wake(at: limit) } else { chromeFinished() }
    }

    private func clientBrokeRules(_ fault: FrameFault) {
        let end = RelayEnd(code: fault.closeCode, side: .client, fault: fault)
        leave(end, fault.closeCode, reason: fault.reason)
    }

    /// Chrome takes no more. What it sent before it went is still to be read, and tells how it ended.
    private func chromeBroke() {
        up.isOver = true
        down.sourceHasFinished = true
        pumpDown()
    }

    /// Chrome ended: after its own Close frame, after the client's, after the client's disappearance, or for no
    /// reason that was told.
    private func chromeFinished() {
        if case .leaving = phase { return sayGoodbye() }
        noteClose()
        guard let firstClose else {
            return clientHasFinished ? linger(RelayEnd(code: .abnormal, side: .client)) : chromeIsGone()
        }
        guard down.walker.closeCode == nil else { return linger(firstClose) }
        // Chrome did not answer the client's Close with its own, so the proxy does.
        let echo = firstClose.code.isLegalOnTheWire ? firstClose.code : .normal
        phase = .leaving(Goodbye(firstClose, echo, reason: "", at: loop.now))
        sayGoodbye()
    }

    private func chromeIsGone() {
        let end = RelayEnd(code: .internalError, side: .chrome)
        phase = .leaving(Goodbye(end, .internalError, reason: "Chrome is gone", at: loop.now))
        sayGoodbye()
    }

    /// Starts to take leave of the client, which happens at the next boundary on the way to it.
    private func leave(_ end: RelayEnd, _ code: CloseCode, reason: String) {
        guard case .open = phase else { return }
        phase = .leaving(Goodbye(end, code, reason: reason, at: loop.now))
        down.stopsAtBoundary = true
        takenByClient = down.bytesSent
        wake(at: loop.now + RelayTimeouts.standard)
        pumpDown()
        runUp()
    }

    /// Gives up on a boundary that does not come nearer, or not soon enough.
    private func awaitBoundary(_ goodbye: Goodbye) {
        guard down.bytesSent != takenByClient, loop.now < goodbye.deadline else { return finish(goodbye.end) }
        takenByClient = down.bytesSent
        wake(at: loop.now + RelayTimeouts.standard)
    }

    /// Puts the Close frame in if it can stand here; inside of a frame nothing can be said.
    private func sayGoodbye() {
        guard case .leaving(let goodbye) = phase else { return }
        if down.admitsFrame { down.insert(ControlFrame.close(goodbye.code, reason: goodbye.reason)) }
        linger(goodbye.end)
    }

    /// Says the last to the client; unless that was all, lets go of Chrome and waits for the client's end.
    private func linger(_ end: RelayEnd) {
        phase = .lingering(end)
        up.hearAll(of: client.descriptor)
        finishSaying(end)
        guard case .lingering = phase else { return }
        leaveChrome()
        wake(at: loop.now + RelayTimeouts.standard)
    }

    private func finishSaying(_ end: RelayEnd) {
        do throws(Flow.BrokenEnd) {
            guard try down.finish(to: client.descriptor) else { return }
            if clientHasSaidAll { return finish(end) }
            client.descriptor.shutdownSending()
            discard()
        } catch {
            finish(end)
        }
    }

    /// Whether the client said Close and was read empty: nothing more may come of it, so that the socket can be closed
    /// without a reset.
    private var clientHasSaidAll: Bool { up.walker.closeCode != nil && up.hasEmptiedSource }

    /// Reads what the client still sends and drops it; its end is ours, once everything has been said to it.
    private func discard() {
        var left = Flow.share
        while left > 0 {
            do throws(Errno) {
                let buffer = unsafe UnsafeMutableRawBufferPointer(loop.scratch)
                guard let count = unsafe try client.descriptor.receive(into: buffer) else { return }
                guard count > 0 else { return clientListensOnly() }
                left -= count
            } catch {
                return clientIsGone()
            }
        }
        loop.yield(client.registration)
    }

    /// The client sends no more, but may still read what it is told.
    private func clientListensOnly() {
        if case .lingering(let end) = phase, !down.isBlocked { finish(end) }
    }

    /// The client can be told nothing more: it was reset, or nobody answers for it.
    private func clientIsGone() {
        switch phase {
        case .open:
            noteClose()
            finish(firstClose ?? RelayEnd(code: .abnormal, side: .client))
        case .leaving(let goodbye): finish(goodbye.end)
        case .lingering(let end): finish(end)
        case .ended: break
        }
    }

    private func leaveChrome() {
        guard chromeIsRegistered else { return }
        chromeIsRegistered = false
        loop.deregister(chrome.registration)
        chrome.descriptor.shutdown()
    }

    /// The end of the end. The sockets close when the loop lets go of the relay, at the end of the turn.
    private func finish(_ end: RelayEnd) {
        if case .ended = phase { return }
        phase = .ended
        for timer in [timer, lowWaterTimer] { if let timer { loop.cancel(timer) } }
        timer = nil
        if chromeIsRegistered { loop.deregister(chrome.registration, closing: true) }
        loop.deregister(client.registration, closing: true)
        up.release(pipes)
        down.release(pipes)
        finished(end, totals)
    }
}
