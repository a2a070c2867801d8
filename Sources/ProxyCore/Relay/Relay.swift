/// Joins two upgraded connections: the client's frames go to Chrome and Chrome's to the client, until one of them ends.
///
/// Driven by readiness; a message on its way costs no task, no allocation and no reference count. ``Flow`` moves the bytes,
/// ``RelayEnding`` decides how the connection ends, and the relay does what it says.
///
/// Lives on the loop's thread. The loop retains it until its end; then its two sockets close with it.
public final class Relay: ReadinessHandler {
    private let loop: EventLoop
    private let pipes: PipePool
    private let client: Leg
    private let chrome: Leg
    private let pingInterval: Duration?
    private let finished: (RelayEnd, RelayTotals) -> Void

    /// From the client to Chrome.
    private var up: Flow
    /// From Chrome to the client.
    private var down: Flow
    private var ending = RelayEnding()
    /// What ``ending`` says of bytes, kept beside it: every message asks.
    private var passages = RelayEnding.Passages.open
    private var keepalive: Keepalive
    private var activity: ClientActivity
    private var timer: LoopTimer?
    private var lowWaterTimer: LoopTimer?
    /// How often the low-water timer fired.
    private(set) var lowWaterTimeouts = 0

    /// Joins two legs whose handshakes are done. `fromClient` and `fromChrome` are the bytes that came behind them.
    /// Without an interval no side is pinged. The client's messages are shown to the inspector, if there is one. `finished` is
    /// called once, on the loop's thread.
    public convenience init(
        client: consuming Leg,
        chrome: consuming Leg,
        fromClient: [UInt8],
        fromChrome: [UInt8],
        inspector: (any MessageInspector)? = nil,
        on loop: EventLoop,
        pipes: PipePool,
        pingInterval: Duration?,
        finished: @escaping (RelayEnd, RelayTotals) -> Void
    ) {
        self.init(
            client: client,
            chrome: chrome,
            up: Flow(from: .client, received: fromClient, inspector: inspector, at: loop.now),
            down: Flow(from: .server, received: fromChrome, at: loop.now),
            on: loop,
            pipes: pipes,
            pingInterval: pingInterval,
            finished: finished
        )
    }

    /// Joins two legs by two flows of the caller's choice.
    init(
        client: consuming Leg,
        chrome: consuming Leg,
        up: consuming Flow,
        down: consuming Flow,
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
        (keepalive, activity) = (Keepalive(at: loop.now), ClientActivity(at: loop.now))
        self.up = up
        self.down = down
        self.up.sourceHasFinished = self.client.peerHasFinished
        self.down.sourceHasFinished = self.chrome.peerHasFinished
        let canSplice = self.client.canSplice && self.chrome.canSplice
        (self.up.canSplice, self.down.canSplice) = (canSplice, canSplice)
    }

    /// Takes the legs over from the owner that shook hands on them, and starts.
    public func start() {
        loop.handOver(client.registration, to: self, tag: Tag.client)
        loop.handOver(chrome.registration, to: self, tag: Tag.chrome)
        let timer = LoopTimer { [unowned self] in feed(.timer) }
        self.timer = timer
        if let pingInterval { loop.schedule(timer, at: loop.now + pingInterval) }
        // Edges before the hand-over were announced to the previous owner.
        if client.mayBeRead || up.hasBegun { runUp() }
        if chrome.mayBeRead || down.hasBegun { runDown() }
    }

    /// What has gone through so far.
    public var totals: RelayTotals { RelayTotals(up: up, down: down, client.compression) }

    /// When the client last sent part of a message; now, when it may be sending what the proxy does not read.
    public var lastFromClient: Instant { up.isBlocked ? loop.now : activity.last(in: up) }

    /// Puts a text message of the proxy's own between two messages on the way to the client. Does nothing when the connection is
    /// ending, or so many wait already that the client does not read.
    public func tellClient(_ text: [UInt8]) {
        guard ending.isOpen, down.hasRoomForAnswers else { return }
        down.queue([text])
        runDown()
    }

    /// Ends the connection from this side: the client is told the code and the reason (at most 123 bytes) at the next
    /// frame boundary. Does nothing when the connection is ending already.
    public func close(_ code: CloseCode, reason: String) {
        feed(.closeAsked(code, reason: reason))
    }

    /// Ends the connection because Chrome answers nothing any more, here or anywhere else.
    public func giveChromeUp() { feed(.chromeGone) }

    // MARK: Readiness

    /// Which leg an event is of.
    private enum Tag {
        static let client: UInt8 = 0
        static let chrome: UInt8 = 1
    }

    /// Moves what became movable.
    public override func ready(_ readiness: Readiness, tag: UInt8) {
        let readable = !readiness.isDisjoint(with: [.readable, .peerFinished, .broken])
        let writable = !readiness.isDisjoint(with: [.writable, .broken])
        let last = !readiness.isDisjoint(with: [.peerFinished, .broken])
        if tag == Tag.client {
            if last { up.sourceHasFinished = true }
            // The client was reset while reading is paused, so no read would report it.
            if !readiness.isDisjoint(with: .broken), up.isBlocked || up.isOver { return clientGone() }
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
        switch passages.fromClient {
        case .pump: pumpUp()
        case .discard: discard()
        case .flush, .stop: break
        }
    }

    @inline(__always)
    private func runDown() {
        switch passages.fromChrome {
        case .pump: pumpDown()
        case .flush: flushFarewell()
        case .discard, .stop: break
        }
    }

    private func pumpUp() {
        do throws(Flow.BrokenEnd) {
            let progress = unsafe try up.pump(
                from: client,
                to: chrome,
                through: loop.scratch,
                pipes: pipes,
                now: loop.now
            )
            if !progress.notes.isEmpty { seeTo(progress.notes) }
            switch progress.stop {
            case .sourceEmpty, .sinkFull, .boundary, .answersFull: break
            case .budgetSpent: loop.yield(client.registration)
            case .ended: feed(client.frameFault.map { .clientFault($0) } ?? .clientFinished)
            case .fault(let fault): feed(.clientFault(fault))
            }
            if !progress.notes.isDisjoint(with: .answers) { passAnswersToClient(progress.notes) }
        } catch {
            switch error {
            case .source: clientGone()
            case .sink: feed(.chromeBroke)
            }
        }
    }

    private func pumpDown() {
        do throws(Flow.BrokenEnd) {
            let progress = unsafe try down.pump(
                from: chrome,
                to: client,
                through: loop.scratch,
                pipes: pipes,
                now: loop.now
            )
            if !progress.notes.isEmpty { seeTo(progress.notes) }
            switch progress.stop {
            case .sourceEmpty: if progress.notes.contains(.closed) { feed(.chromeCloseWritten) }
            case .sinkFull, .answersFull: break
            case .budgetSpent: loop.yield(chrome.registration)
            case .boundary: feed(.boundary)
            case .ended, .fault: chromeFinished()
            }
            if !progress.notes.isDisjoint(with: .answers) { passAnswersToChrome(progress.notes) }
        } catch {
            switch error {
            case .source: chromeFinished()
            case .sink: clientGone()
            }
        }
    }

    // MARK: Notes of a pump

    private func seeTo(_ notes: Flow.Notes) {
        if notes.contains(.closed) { noteCloses() }
        if notes.contains(.bulkChanged) { updateBulk() }
        if notes.contains(.awaitsLowWater) { armLowWaterTimer() }
    }

    /// Hands on the answers to the client's messages. While too many wait, the client's next messages wait too.
    private func passAnswersToClient(_ notes: Flow.Notes) {
        if notes.contains(.hasAnswers), down.hasRoomForAnswers {
            down.queue(up.takeAnswers())
            runDown()
        }
        // Chrome's next messages wait until its answers are written.
        if notes.contains(.answered), ending.holdsChrome { loop.yield(chrome.registration) }
    }

    private func passAnswersToChrome(_ notes: Flow.Notes) {
        if notes.contains(.hasAnswers), up.hasRoomForAnswers {
            up.queue(down.takeAnswers())
            runUp()
        }
        if notes.contains(.answered), ending.holdsChrome { loop.yield(client.registration) }
    }

    /// Has both legs wait in the loop's bulk queue while much moves between them.
    private func updateBulk() {
        guard ending.holdsChrome else { return }
        let isBulk = up.isBulk || down.isBulk
        loop.setBulk(client.registration, isBulk)
        loop.setBulk(chrome.registration, isBulk)
    }

    private func armLowWaterTimer() {
        let timer = lowWaterTimer ?? LoopTimer { [unowned self] in lowWaterTimedOut() }
        lowWaterTimer = timer
        if !timer.isScheduled { loop.schedule(timer, at: loop.now + RelayTimeouts.lowWater) }
    }

    /// If the awaited bytes have not arrived within ``RelayTimeouts/lowWater``, moves what is there.
    private func lowWaterTimedOut() {
        lowWaterTimeouts += 1
        if up.lowWaterTimedOut() { loop.yield(client.registration) }
        if ending.holdsChrome, down.lowWaterTimedOut() { loop.yield(chrome.registration) }
    }

    // MARK: Keepalive

    /// Pings a side that was silent for an interval, and gives up on one that was for several.
    private func checkSilence() {
        guard let pingInterval else { return }
        _ = activity.last(in: up)
        switch keepalive.intervalPassed(pingInterval, up: up, down: down, now: loop.now) {
        case .clientIsGone: clientGone()
        case .chromeIsGone: feed(.chromeGone)
        case .goOn(let client, let chrome, let next):
            if client { pingClient() }
            if chrome { pingChrome() }
            if ending.isOpen { wake(at: next) }
        }
    }

    private func pingClient() {
        guard down.admitsFrame else { return }
        down.insert(ControlFrame.ping())
        pumpDown()
    }

    private func pingChrome() {
        guard ending.isOpen, up.admitsFrame else { return }
        up.insert(ControlFrame.ping(maskingKey: .random()))
        pumpUp()
    }

    private func wake(at moment: Instant) { if let timer { loop.schedule(timer, at: moment) } }

    // MARK: The end

    private func feed(_ input: RelayEnding.Input) {
        let facts = RelayEnding.Facts(now: loop.now, lastFromChrome: down.lastByte, bytesSent: down.bytesSent)
        let action = ending.handle(input, facts)
        passages = ending.passages
        perform(action)
    }

    /// Feeds the Close frames that were passed on; the machine knows which it has heard of.
    private func noteCloses() {
        if let code = down.walker.closeCode { feed(.chromeClosed(code)) }
        if let code = up.walker.closeCode { feed(.clientClosed(code)) }
    }

    private func clientGone() {
        noteCloses()
        feed(.clientGone)
    }

    private func chromeFinished() {
        noteCloses()
        feed(.chromeFinished)
    }

    private func perform(_ action: RelayEnding.Action) {
        switch action {
        case .nothing: break
        case .wake(let moment): wake(at: moment)
        case .awaitChromesClose(let deadline):
            down.endsWithClose = true
            wake(at: deadline)
        case .finishTowardsChrome(let moment):
            up.isOver = true
            chrome.shutdownSending()
            wake(at: moment)
        case .readOutChrome:
            up.isOver = true
            down.sourceHasFinished = true
            pumpDown()
        case .checkSilence: checkSilence()
        case .seekBoundary(let moment):
            down.stopAtBoundary()
            wake(at: moment)
            pumpDown()
            runUp()
        case .sayFarewell(let goodbye): sayFarewell(goodbye)
        case .leaveChrome(let moment):
            leaveChrome()
            wake(at: moment)
        case .linger(let moment):
            leaveChrome()
            wake(at: moment)
            awaitClient()
        case .awaitClient: awaitClient()
        case .finish(let end, let holdsChrome): finish(end, holdsChrome)
        }
    }

    /// Inside a frame nothing can be said.
    private func sayFarewell(_ goodbye: RelayEnding.Goodbye?) {
        if let goodbye, down.admitsFrame { down.insert(ControlFrame.close(goodbye.code, reason: goodbye.reason)) }
        up.lowerWaterMark(client)
        flushFarewell()
    }

    private func flushFarewell() {
        do throws(Flow.BrokenEnd) {
            guard try down.finish(to: client) else { return feed(.farewellBlocked) }
            // A client that said Close and was read empty may send nothing more: its socket closes without a reset.
            feed(.farewellWritten(clientIsDone: up.walker.closeCode != nil && up.sourceIsDrained))
        } catch {
            feed(.clientGone)
        }
    }

    private func awaitClient() {
        client.shutdownSending()
        discard()
    }

    /// Reads what the client still sends and drops it.
    private func discard() {
        var left = Flow.turnBudget
        while left > 0 {
            do throws(Errno) {
                let received = unsafe try client.receive(into: loop.scratch, expectsEnd: true)
                guard let count = received.count else { return }
                guard count > 0 else { return feed(.clientFinished) }
                left -= count
            } catch {
                return clientGone()
            }
        }
        loop.yield(client.registration)
    }

    private func leaveChrome() {
        loop.deregister(chrome.registration)
        chrome.shutdown()
    }

    /// The sockets close when the loop lets go of the relay, at the end of the turn.
    private func finish(_ end: RelayEnd, _ holdsChrome: Bool) {
        for timer in [timer, lowWaterTimer] { if let timer { loop.cancel(timer) } }
        timer = nil
        if holdsChrome { loop.deregister(chrome.registration, closing: true) }
        loop.deregister(client.registration, closing: true)
        up.release(pipes)
        down.release(pipes)
        finished(end, totals)
    }
}
