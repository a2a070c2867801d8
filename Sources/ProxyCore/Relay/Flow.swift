/// One direction of a relay: bytes read from a source leg and written to a sink leg, walked frame by frame.
///
/// A byte-wise flow passes the bytes on as they came. A message-wise one has a ``MessageStage`` between reading and writing.
///
/// 1. Bytes that were read are written before more is read. So the kernel does the back-pressure, and at most one read's
///    worth of bytes, one held message or one pipe stands between the legs.
/// 2. Bytes are spliced into an empty pipe only, so "would block" there means that the source has none.
/// 3. When more than ``spliceThreshold`` bytes of a frame are still to come, exactly the rest of that frame is spliced.
///    All other bytes go through the scratch buffer, where the walker sees them.
/// 4. A read begins with ``firstRead`` bytes. That drains the source of most messages; of a large frame it takes the header and
///    little else, so that nearly all of the frame is spliced. Where nothing can be, a read takes all there is room for.
struct Flow: ~Copyable {
    /// From how many bytes of a frame to come splicing costs less than copying.
    static let spliceThreshold: UInt64 = 12_288
    /// How many bytes are read before the flow knows whether the rest belongs to a large frame.
    static let firstRead = 4_096
    /// How many bytes a pump moves before other connections have their turn. A splice that has begun is not cut short by it: in
    /// smaller pieces a large frame took a third more of the CPU.
    static let turnBudget = 128 << 10
    /// How many bytes in one pump make a flow a bulk one.
    private static let bulk = 32 << 10

    /// Walks over the frames that are read.
    private(set) var walker: FrameWalker
    /// How many valid bytes were read.
    private(set) var bytesReceived: UInt64 = 0
    /// How many bytes the sink took, the proxy's own frames included.
    private(set) var bytesSent: UInt64 = 0
    /// When the source last sent a byte.
    private(set) var lastByte: Instant
    /// Whether the sink refused bytes, so that the flow waits for room.
    private(set) var isBlocked = false
    /// Whether both legs can splice.
    var canSplice = true
    /// Whether the source is known to send no more, so that after a short read its end is still to be read.
    var sourceHasFinished = false
    /// Whether the sink is closed behind the source's Close frame, so that the kernel may send the end along with it.
    var endsWithClose = false
    /// Whether the last pump moved so much that other connections had to wait for it.
    private(set) var isBulk = false
    /// Whether no more bytes may pass: the source has ended, or the sink takes no more.
    var isOver = false
    /// Whether the source had no more bytes when the last pump stopped.
    private(set) var sourceIsDrained = false
    /// Whether bytes of the source came with its handshake.
    let hasBegun: Bool

    private let sender: FrameSender
    /// Nil in a byte-wise flow.
    private let stage: MessageStage?
    private var answers = AnswerQueue()
    private var stopsAtBoundary = false
    /// Whether reads end at the next frame boundary: to stop there, or to put answers in.
    private var seeksBoundary = false

    /// Bytes that were read and are not written, from a position on.
    private var held: [UInt8] = []
    private var heldPosition = 0
    /// Holds what was spliced and is not written.
    private var pipe: PooledPipe?
    private var isSplicing = false
    private var lowWater = LowWaterMark()
    private var hasEnded = false
    private var fault: FrameFault?

    /// A flow of one sender's frames, message-wise if something inspects them. `received` came behind the sender's handshake.
    init(from sender: FrameSender, received: [UInt8], inspector: (any MessageInspector)? = nil, at now: Instant) {
        self.sender = sender
        walker = FrameWalker(sender: sender)
        stage = inspector.map(MessageStage.init)
        lastByte = now
        hasBegun = !received.isEmpty
        guard !received.isEmpty else { return }
        let step = walker.walk(received.span)
        bytesReceived = UInt64(step.good)
        fault = step.fault
        if let stage {
            stage.take(received.span.extracting(..<step.good), into: &held)
            fault = stage.fault ?? fault
        } else {
            held = Array(received[..<step.good])
        }
    }

    /// How many valid bytes of messages, or of headers that have not come whole, were read.
    var messageBytes: UInt64 { bytesReceived - min(walker.controlBytes, bytesReceived) }

    // MARK: Boundaries

    /// Whether the sink has whole frames only, and every byte that was read is written.
    var isAtBoundary: Bool { held.isEmpty && pipe == nil && (stage?.isAtBoundary ?? walker.isAtBoundary) }

    /// Whether a frame of the proxy's own may be put in: at a boundary, and not behind a Close frame.
    var admitsFrame: Bool { isAtBoundary && walker.closeCode == nil }

    /// Puts a frame of the proxy's own in, which the next pump or ``finish(to:)`` writes. Only where ``admitsFrame``.
    mutating func insert(_ frame: [UInt8]) {
        precondition(admitsFrame, "a frame inside a frame")
        held = frame
    }

    /// Has pumps stop at the next place where a frame of the proxy's own may be put in.
    mutating func stopAtBoundary() {
        stopsAtBoundary = true
        seeksBoundary = true
    }

    // MARK: Answers

    /// Whether the sink's answers are so few that more may be queued.
    var hasRoomForAnswers: Bool { answers.hasRoom }

    /// Whether bytes of the source wait for its answers to be taken.
    @inline(never)
    var isStalled: Bool { stage?.isStalled ?? false }

    /// Whether the source is to get answers.
    @inline(never)
    private var hasAnswers: Bool { stage?.hasAnswers ?? false }

    /// Goes on with the bytes that wait in the stage; false while its answers are not taken.
    private mutating func resumeStage() -> Bool {
        guard let stage, !stage.hasAnswers else { return false }
        stage.resume(into: &held)
        fault = stage.fault ?? fault
        return true
    }

    @inline(never)
    private mutating func stageTakes(_ bytes: Span<UInt8>) {
        guard let stage else { return }
        stage.take(bytes, into: &held)
        fault = stage.fault ?? fault
    }

    /// Takes the answers that the source is to get.
    func takeAnswers() -> [[UInt8]] { stage?.takeAnswers() ?? [] }

    /// Queues messages of the proxy's own for the sink. Pumps write them between two messages of the source.
    mutating func queue(_ texts: [[UInt8]]) {
        for text in texts { answers.add(TextFrame.bytes(text, maskingKey: sender == .client ? .random() : nil)) }
        seeksBoundary = !answers.isEmpty || stopsAtBoundary
    }

    /// Puts the answers in if a message may stand here.
    private mutating func insertAnswers() -> Bool {
        guard !answers.isEmpty, admitsFrame, stage?.isBetweenMessages ?? walker.isBetweenMessages else { return false }
        held = answers.takeAll()
        seeksBoundary = stopsAtBoundary
        return true
    }

    // MARK: Pumping

    /// Writes what was read, without reading more; false while the sink takes no more.
    mutating func finish(to sink: borrowing Leg) throws(BrokenEnd) -> Bool {
        isBlocked = try !flush(to: sink)
        return !isBlocked
    }

    /// Gives back what was borrowed, at the end of the connection.
    mutating func release(_ pipes: PipePool) {
        if let borrowed = pipe.take() { pipes.give(borrowed) }
        held = []
    }

    /// Moves bytes until there is a reason to stop.
    mutating func pump(
        from source: borrowing Leg,
        to sink: borrowing Leg,
        through scratch: UnsafeMutableBufferPointer<UInt8>,
        pipes: PipePool,
        now: Instant
    ) throws(BrokenEnd) -> Progress {
        let before = bytesReceived
        let hadAnswers = seeksBoundary && !answers.isEmpty
        let stop = isOver ? .sourceEmpty : unsafe try move(from: source, to: sink, through: scratch, pipes, now)
        var notes: Notes = walker.closeCode == nil ? [] : .closed
        if isBulk != (bytesReceived &- before >= Self.bulk) {
            isBulk.toggle()
            notes.insert(.bulkChanged)
        }
        // While the sink is full there is nothing to look for: the loop announces when it has room.
        if lowWater.isRaised, sourceIsDrained, !isBlocked, !isOver { notes.insert(.awaitsLowWater) }
        if hadAnswers, answers.isEmpty { notes.insert(.answered) }
        if stage != nil, hasAnswers { notes.insert(.hasAnswers) }
        return Progress(stop: stop, notes: notes)
    }

    @inline(__always)
    private mutating func move(
        from source: borrowing Leg,
        to sink: borrowing Leg,
        through scratch: UnsafeMutableBufferPointer<UInt8>,
        _ pipes: PipePool,
        _ now: Instant
    ) throws(BrokenEnd) -> Stop {
        var left = Self.turnBudget
        sourceIsDrained = false
        isBlocked = false
        while true {
            guard try flush(to: sink) else {
                isBlocked = true
                return .sinkFull
            }
            if stage != nil, isStalled {
                guard resumeStage() else { return .answersFull }
                continue
            }
            if sourceIsDrained || walker.payloadLeft == 0 { stopSplicing(source, pipes) }
            if let fault { return .fault(fault) }
            if hasEnded { return .ended }
            if seeksBoundary {
                if stopsAtBoundary, isAtBoundary { return .boundary }
                if insertAnswers() { continue }
            }
            guard !sourceIsDrained else { return .sourceEmpty }
            guard left > 0 else { return .budgetSpent }
            let count: Int?
            if startsSplicing(pipes) {
                count = try spliceIn(source)
            } else {
                let room = unsafe UnsafeMutableBufferPointer(rebasing: scratch[..<readLimit(scratch.count)])
                (count, sourceIsDrained) = unsafe try copy(source, to: sink, through: room)
            }
            guard let count else { continue }
            if count == 0 { hasEnded = true } else { lastByte = now }
            left -= count
        }
    }

    /// How many bytes may be read at once: all there is room for, or none beyond the boundary that is sought.
    @inline(__always)
    private func readLimit(_ room: Int) -> Int {
        seeksBoundary ? min(room, max(1, Int(clamping: walker.payloadLeft))) : room
    }

    // MARK: Copying

    /// Reads into the scratch buffer, walks over the bytes and passes on the valid ones. Says how many came, nil for none, and
    /// whether the source is drained.
    @inline(__always)
    private mutating func copy(
        _ source: borrowing Leg,
        to sink: borrowing Leg,
        through scratch: UnsafeMutableBufferPointer<UInt8>
    ) throws(BrokenEnd) -> (count: Int?, sourceIsDrained: Bool) {
        guard canSplice else { return unsafe try copyAll(source, to: sink, through: scratch) }
        let small = unsafe UnsafeMutableBufferPointer(rebasing: scratch[..<min(scratch.count, Self.firstRead)])
        var received = unsafe try read(source, into: small)
        guard var count = received.count else { return (nil, true) }
        var good = unsafe walk(UnsafeBufferPointer(rebasing: scratch[..<count]))
        if count == small.count, count < scratch.count, fault == nil, !isInsideLargeFrame || stage != nil {
            received = unsafe try read(source, into: .init(rebasing: scratch[count...]))
            let more = received.count ?? 0
            good += unsafe walk(UnsafeBufferPointer(rebasing: scratch[count..<count + more]))
            count += more
        }
        unsafe try pass(UnsafeBufferPointer(rebasing: scratch[..<good]), to: sink, more: isInsideLargeFrame)
        // Behind the last frame no byte counts (RFC 6455, section 5.5.1).
        return (count, received.isDrained || endsWithClose && walker.closeCode != nil)
    }

    @inline(__always)
    func read(
        _ source: borrowing Leg,
        into buffer: UnsafeMutableBufferPointer<UInt8>
    ) throws(BrokenEnd) -> Leg.Received {
        do throws(Errno) {
            return unsafe try source.receive(into: buffer, expectsEnd: sourceHasFinished)
        } catch {
            throw .source
        }
    }

    /// Walks over bytes that were read, and says how many of them are valid.
    @inline(__always)
    mutating func walk(_ read: UnsafeBufferPointer<UInt8>) -> Int {
        let step = unsafe walker.walk(read.span)
        fault = step.fault
        bytesReceived &+= UInt64(step.good)
        return step.good
    }

    /// Writes bytes of the scratch buffer and holds those that the sink does not take; or gives them to the stage.
    @inline(__always)
    mutating func pass(
        _ good: UnsafeBufferPointer<UInt8>,
        to sink: borrowing Leg,
        more: Bool
    ) throws(BrokenEnd) {
        if stage != nil { return unsafe stageTakes(good.span) }
        let more = more || endsWithClose && walker.closeCode != nil
        let written = unsafe good.isEmpty ? 0 : try Self.write(good.span, to: sink, more: more) ?? 0
        bytesSent &+= UInt64(written)
        if written < good.count { held = unsafe Array(good[written...]) }
    }

    /// Whether so many bytes of one frame come next that splicing costs less.
    @inline(__always)
    private var isInsideLargeFrame: Bool { walker.payloadLeft > Self.spliceThreshold }

    /// Writes what is held or in the pipe; false when the sink takes no more for now.
    @inline(__always)
    private mutating func flush(to sink: borrowing Leg) throws(BrokenEnd) -> Bool {
        if !held.isEmpty {
            guard try flushHeld(to: sink) else { return false }
        }
        guard let there = pipe?.count, there > 0 else { return true }
        let count = try spliceOut(to: sink)
        bytesSent &+= UInt64(count)
        return count == there
    }

    private mutating func flushHeld(to sink: borrowing Leg) throws(BrokenEnd) -> Bool {
        while heldPosition < held.count {
            guard let written = try Self.write(held.span.extracting(heldPosition...), to: sink, more: false) else {
                return false
            }
            heldPosition += written
            bytesSent &+= UInt64(written)
        }
        // Message by message everything is held for a moment, and its room is used again.
        if stage == nil || held.capacity > Self.firstRead { held = [] } else { held.removeAll(keepingCapacity: true) }
        heldPosition = 0
        return true
    }

    @inline(__always)
    private static func write(_ bytes: Span<UInt8>, to sink: borrowing Leg, more: Bool) throws(BrokenEnd) -> Int? {
        do throws(Errno) { return try sink.send(bytes, more: more) } catch { throw .sink }
    }

    // MARK: Splicing

    /// Whether the next bytes are to be spliced, with a pipe from the pool. Without one they are copied.
    @inline(__always)
    private mutating func startsSplicing(_ pipes: PipePool) -> Bool {
        guard isSplicing || isInsideLargeFrame else { return false }
        guard canSplice, stage?.isStreaming ?? true else { return false }
        if pipe == nil { pipe = pipes.take() }
        isSplicing = pipe != nil
        return isSplicing
    }

    /// Gives the pipe back between frames, and whenever it is empty while the flow waits.
    @inline(__always)
    private mutating func stopSplicing(_ source: borrowing Leg, _ pipes: PipePool) {
        if walker.payloadLeft == 0 { isSplicing = false }
        if pipe?.count == 0, let borrowed = pipe.take() { pipes.give(borrowed) }
        lowWater.update(source, left: walker.payloadLeft, isSplicing: isSplicing, bytesReceived: bytesReceived)
    }

    /// The low-water timer fired. False when no low-water mark is raised.
    mutating func lowWaterTimedOut() -> Bool { lowWater.timedOut(bytesReceived: bytesReceived) }

    /// Has any byte of the source announced, as at the end of a connection, when all of them are read.
    mutating func lowerWaterMark(_ source: borrowing Leg) { lowWater.lower(source) }

    /// Splices up to the rest of the frame into the empty pipe; nil when the source has no bytes.
    private mutating func spliceIn(_ source: borrowing Leg) throws(BrokenEnd) -> Int? {
        guard let pipe else { return nil }
        let wanted = min(Int(clamping: walker.payloadLeft), pipe.pipe.capacity)
        do throws(Errno) {
            let count = try source.splice(to: pipe.pipe, atMost: wanted)
            sourceIsDrained = count == nil
            pipe.count += count ?? 0
            bytesReceived &+= UInt64(count ?? 0)
            walker.skip(count ?? 0)
            stage?.skip(count ?? 0)
            return count
        } catch {
            throw .source
        }
    }

    /// Splices the pipe's bytes into the sink, and says how many it took.
    private func spliceOut(to sink: borrowing Leg) throws(BrokenEnd) -> Int {
        guard let pipe else { return 0 }
        let there = pipe.count
        // More of the same frame will follow: the kernel may wait for a full segment.
        let more = walker.payloadLeft > 0
        while pipe.count > 0 {
            do throws(Errno) {
                guard let count = try sink.splice(from: pipe.pipe, atMost: pipe.count, more: more) else { break }
                pipe.count -= count
            } catch {
                throw .sink
            }
        }
        return there - pipe.count
    }
}
