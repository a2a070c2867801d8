/// One direction of a relay: bytes from a source to a sink, walked frame by frame and otherwise untouched.
///
/// Rule 1: what was taken is written before more is taken, so back-pressure is the kernel's, and at most one scratch
/// buffer or one pipe stands between the two.
/// Rule 2: a pipe is empty when bytes are spliced into it, so "would block" there means that the source has nothing.
/// Rule 3: once a frame of which more than ``spliceThreshold`` is to come is met, exactly the rest of that frame is
/// spliced; everything else goes through the scratch buffer, where the walker sees it.
/// Rule 4: a read begins small. That empties the source of most messages; of a large frame it takes the header and
/// little else, so that nearly all of the frame is left to be spliced.
struct Flow: ~Copyable {
    /// Why a pump stopped.
    enum Stop {
        /// The source has no more for now.
        case sourceEmpty
        /// The sink takes no more for now.
        case sinkFull
        /// The fair share of this turn is used up.
        case share
        /// It stands at the frame boundary it was asked to stop at.
        case boundary
        /// The source has ended, and all that came of it is written.
        case ended
        /// The source broke the rules; all that was good before is written.
        case fault(FrameFault)
    }

    /// What a pump did.
    struct Progress {
        /// Why it stopped.
        let stop: Stop
        /// Whether the source has said Close, now or earlier.
        let hasClosed: Bool
        /// Whether it moved much, and did not the last time; or the other way round.
        let hasChangedWeight: Bool
        /// Whether it waits for the source, and the kernel was asked to tell only when much has come: somebody must look after
        /// a while all the same.
        let waitsForMuch: Bool
    }

    /// An end that can no longer be used.
    enum BrokenEnd: Error {
        case source
        case sink
    }

    /// From how many bytes of a frame to come splicing costs less than copying.
    static let spliceThreshold: UInt64 = 12_288
    /// How much is read before it is known whether the rest is of a large frame.
    static let firstRead = 4_096
    /// After how many bytes of one direction the others on the loop have their turn. A splice is not cut short by it: in
    /// smaller pieces a large frame took a third more of the CPU.
    static let share = 128 << 10
    /// From how many bytes in one pump a flow moves much.
    private static let bulk = 32 << 10
    /// How much of a large frame is waited for at once, and how much must be to come for that to be worth its calls.
    private static let much: UInt64 = 256 << 10
    private static let worthWaiting: UInt64 = 128 << 10

    /// The frames that were walked over.
    private(set) var walker: FrameWalker
    /// How many bytes were taken to be passed on.
    private(set) var bytesReceived: UInt64 = 0
    /// How many bytes the sink took, frames of the proxy's own included.
    private(set) var bytesSent: UInt64 = 0
    /// When the source last sent something.
    private(set) var lastByte: Instant
    /// Whether the sink refused to take all that is there, so that the flow waits for room.
    private(set) var isBlocked = false
    /// Whether the source is known to send no more, so that a short read does not mean "nothing until told".
    var sourceHasFinished = false
    /// Whether to stop at the next place where a frame of ours may be put in.
    var stopsAtBoundary = false
    /// Whether the sink is closed behind the source's Close frame, so that the kernel may send the end along with it.
    var endsWithClose = false
    /// Whether the last pump moved so much that others had to wait for it.
    private(set) var isBulk = false
    /// Whether nothing more may be passed on: the source has said so, or the sink is gone.
    var isOver = false
    /// Whether the source had no more when the last pump stopped.
    private(set) var hasEmptiedSource = false
    /// Whether there were bytes of the source from the beginning.
    let hasBegun: Bool

    /// What was taken and not yet written: the bytes from a position on, or what stands in the pipe.
    private var held: [UInt8] = []
    private var heldPosition = 0
    private var pipe: PooledPipe?

    /// What of a large frame must have come before the kernel tells of it; 1 as a rule.
    private var awaited: UInt64 = 1
    /// How many bytes there were when much had been waited for in vain; while there are no more, any byte is told of.
    private var bytesInVain: UInt64?
    private var isSplicing = false
    private var hasEnded = false
    private var fault: FrameFault?

    /// A flow of a client's or a server's frames. What came behind its handshake's head are its first bytes.
    init(from sender: FrameSender, received: [UInt8], at now: Instant) {
        walker = FrameWalker(sender: sender)
        lastByte = now
        hasBegun = !received.isEmpty
        guard !received.isEmpty else { return }
        let step = walker.walk(received.span)
        bytesReceived = UInt64(step.good)
        fault = step.fault
        held = Array(received[..<step.good])
    }

    /// Whether it stands between two frames, and all that was taken is written.
    var isAtBoundary: Bool { walker.isAtBoundary && held.isEmpty && pipe == nil }

    /// Whether a frame of the proxy's own may be put in: at a boundary, and not behind a Close frame.
    var admitsFrame: Bool { isAtBoundary && walker.closeCode == nil }

    /// Puts a frame of ours in. Only where ``admitsFrame`` says so; it is written by the next pump or ``finish(to:)``.
    mutating func insert(_ frame: [UInt8]) {
        precondition(admitsFrame, "a frame inside a frame")
        held = frame
    }

    /// Writes what was taken, without taking more; false while the sink takes no more.
    mutating func finish(to sink: borrowing Descriptor) throws(BrokenEnd) -> Bool {
        isBlocked = try !flush(to: sink)
        return !isBlocked
    }

    /// Gives back what was borrowed, at the end of the connection.
    mutating func release(_ pipes: PipePool) {
        if let borrowed = pipe.take() { pipes.give(borrowed) }
        held = []
    }

    /// Moves bytes until there is a reason to stop, and says which.
    mutating func pump(
        from source: borrowing Descriptor,
        to sink: borrowing Descriptor,
        through scratch: UnsafeMutableBufferPointer<UInt8>,
        pipes: PipePool,
        now: Instant
    ) throws(BrokenEnd) -> Progress {
        let before = bytesReceived
        let stop = isOver ? .sourceEmpty : unsafe try move(from: source, to: sink, through: scratch, pipes, now)
        let wasBulk = isBulk
        isBulk = bytesReceived &- before >= Self.bulk
        return Progress(
            stop: stop,
            hasClosed: walker.closeCode != nil,
            hasChangedWeight: isBulk != wasBulk,
            // While the sink is full there is nothing to look for: it tells when it has room.
            waitsForMuch: waitsForMuch && hasEmptiedSource && !isBlocked && !isOver
        )
    }

    @inline(__always)
    private mutating func move(
        from source: borrowing Descriptor,
        to sink: borrowing Descriptor,
        through scratch: UnsafeMutableBufferPointer<UInt8>,
        _ pipes: PipePool,
        _ now: Instant
    ) throws(BrokenEnd) -> Stop {
        var left = Self.share
        hasEmptiedSource = false
        isBlocked = false
        while true {
            guard try flush(to: sink) else {
                isBlocked = true
                return .sinkFull
            }
            if hasEmptiedSource || walker.payloadLeft == 0 {
                stopSplicing(pipes)
                awaitMuch(of: source)
            }
            if let stop = restingPlace { return stop }
            guard !hasEmptiedSource else { return .sourceEmpty }
            guard left > 0 else { return .share }
            let count: Int?
            if startsSplicing(pipes) {
                count = try spliceIn(source)
            } else {
                let room = unsafe UnsafeMutableBufferPointer(rebasing: scratch[..<readLimit(scratch.count)])
                (count, hasEmptiedSource) = unsafe try copy(source, to: sink, through: room)
            }
            guard let count else { continue }
            if count == 0 { hasEnded = true } else { lastByte = now }
            left -= count
        }
    }

    /// How much may be read at once: all there is room for; or, on the way to the next boundary, not a byte beyond it.
    @inline(__always)
    private func readLimit(_ room: Int) -> Int {
        stopsAtBoundary ? min(room, max(1, Int(clamping: walker.payloadLeft))) : room
    }

    /// What keeps the flow from taking more, apart from the two ends.
    private var restingPlace: Stop? {
        if let fault { return .fault(fault) }
        if hasEnded { return .ended }
        return stopsAtBoundary && isAtBoundary ? .boundary : nil
    }

    // MARK: Copying

    /// Reads into the scratch buffer, walks over it and writes what is good; the sink's rest is held. Says how much came,
    /// nil for nothing, and whether the source is empty now.
    @inline(__always)
    private mutating func copy(
        _ source: borrowing Descriptor,
        to sink: borrowing Descriptor,
        through scratch: UnsafeMutableBufferPointer<UInt8>
    ) throws(BrokenEnd) -> (count: Int?, sourceIsEmpty: Bool) {
        var wanted = min(scratch.count, Self.firstRead)
        guard var count = unsafe try Self.read(source, into: .init(rebasing: scratch[..<wanted])) else {
            return (nil, true)
        }
        var good = unsafe walk(UnsafeBufferPointer(rebasing: scratch[..<count]))
        var more: Int? = 0
        if count == wanted, wanted < scratch.count, fault == nil, !isInsideLargeFrame {
            wanted = scratch.count
            more = unsafe try Self.read(source, into: .init(rebasing: scratch[count...]))
            good += unsafe walk(UnsafeBufferPointer(rebasing: scratch[count..<count + (more ?? 0)]))
            count += more ?? 0
        }
        unsafe try pass(UnsafeBufferPointer(rebasing: scratch[..<good]), to: sink)
        // After a short read whatever comes later is announced by a new edge; but not the end, once that is known. Behind
        // the last frame nothing counts (RFC 6455 section 5.5.1).
        let isLast = endsWithClose && walker.closeCode != nil
        return (count, isLast || more == nil || count < wanted && !sourceHasFinished)
    }

    /// Walks over bytes that were read, and says how many of them are good.
    @inline(__always)
    private mutating func walk(_ read: UnsafeBufferPointer<UInt8>) -> Int {
        let step = unsafe walker.walk(read.span)
        fault = step.fault
        bytesReceived &+= UInt64(step.good)
        return step.good
    }

    /// Writes bytes of the scratch buffer, and holds those that the sink does not take.
    @inline(__always)
    private mutating func pass(_ good: UnsafeBufferPointer<UInt8>, to sink: borrowing Descriptor) throws(BrokenEnd) {
        let more = isInsideLargeFrame || endsWithClose && walker.closeCode != nil
        let written = unsafe good.isEmpty ? 0 : try Self.write(good.span, to: sink, more: more) ?? 0
        bytesSent &+= UInt64(written)
        if written < good.count {
            held = unsafe Array(good[written...])
            heldPosition = 0
        }
    }

    /// Whether the next bytes are so many of one frame that they are better spliced.
    @inline(__always)
    private var isInsideLargeFrame: Bool { walker.payloadLeft > Self.spliceThreshold }

    /// Writes what is held or in the pipe; false when the sink takes no more for now.
    @inline(__always)
    private mutating func flush(to sink: borrowing Descriptor) throws(BrokenEnd) -> Bool {
        if !held.isEmpty {
            guard try flushHeld(to: sink) else { return false }
        }
        guard let there = pipe?.count, there > 0 else { return true }
        let count = try spliceOut(to: sink)
        bytesSent &+= UInt64(count)
        return count == there
    }

    private mutating func flushHeld(to sink: borrowing Descriptor) throws(BrokenEnd) -> Bool {
        while heldPosition < held.count {
            guard let written = try Self.write(held.span.extracting(heldPosition...), to: sink, more: false) else {
                return false
            }
            heldPosition += written
            bytesSent &+= UInt64(written)
        }
        held = []
        heldPosition = 0
        return true
    }

    private static func read(
        _ source: borrowing Descriptor,
        into buffer: UnsafeMutableBufferPointer<UInt8>
    ) throws(BrokenEnd) -> Int? {
        do throws(Errno) {
            return unsafe try source.receive(into: UnsafeMutableRawBufferPointer(buffer))
        } catch {
            throw .source
        }
    }

    @inline(__always)
    private static func write(
        _ bytes: Span<UInt8>,
        to sink: borrowing Descriptor,
        more: Bool
    ) throws(BrokenEnd) -> Int? {
        do throws(Errno) { return try sink.send(bytes, more: more) } catch { throw .sink }
    }

    // MARK: Splicing

    /// Whether the next bytes are to be spliced, with a pipe at hand. Without one they are copied.
    @inline(__always)
    private mutating func startsSplicing(_ pipes: PipePool) -> Bool {
        guard isSplicing || isInsideLargeFrame else { return false }
        if pipe == nil { pipe = pipes.take() }
        isSplicing = pipe != nil
        return isSplicing
    }

    /// Gives the pipe back between frames, and whenever nothing stands in it while the flow waits.
    @inline(__always)
    private mutating func stopSplicing(_ pipes: PipePool) {
        if walker.payloadLeft == 0 { isSplicing = false }
        guard pipe?.count == 0, let borrowed = pipe.take() else { return }
        pipes.give(borrowed)
    }

    /// Whether it is told only when much has come.
    private var waitsForMuch: Bool { awaited > 1 }

    /// Much has not come in time: the next pump takes what is there. When that is nothing, the flow goes back to being told of
    /// any byte, and nobody looks until then: a frame that stopped half-way costs as little as a quiet connection. False when
    /// it waits for nothing like that.
    mutating func hasWaitedForMuch() -> Bool {
        if waitsForMuch { bytesInVain = bytesReceived }
        return waitsForMuch
    }

    /// Has any byte of the source told of, at the end of a connection, when all that comes is read.
    mutating func hearAll(of source: borrowing Descriptor) {
        guard waitsForMuch else { return }
        awaited = 1
        source.set(.worthReading, to: 1)
    }

    /// Has the kernel tell when a good piece of a large frame has come, or its end. Each wake costs as much as moving some
    /// tens of KiB, and nobody can do anything with a part of a frame.
    private mutating func awaitMuch(of source: borrowing Descriptor) {
        let left = walker.payloadLeft
        guard waitsForMuch || isSplicing && left >= Self.worthWaiting else { return }
        let wanted = bytesInVain == bytesReceived ? 1 : max(min(left, Self.much), 1)
        guard wanted != awaited else { return }
        awaited = wanted
        source.set(.worthReading, to: Int32(wanted))
    }

    /// Splices up to the rest of the frame into the empty pipe; nil when the source has nothing.
    private mutating func spliceIn(_ source: borrowing Descriptor) throws(BrokenEnd) -> Int? {
        guard let pipe else { return nil }
        let wanted = min(Int(clamping: walker.payloadLeft), pipe.pipe.capacity)
        do throws(Errno) {
            let count = try source.splice(to: pipe.pipe.input, atMost: wanted, more: false)
            hasEmptiedSource = count == nil
            pipe.count += count ?? 0
            bytesReceived &+= UInt64(count ?? 0)
            walker.skip(count ?? 0)
            return count
        } catch {
            throw .source
        }
    }

    /// Splices what stands in the pipe into the sink, and says how much of it the sink took.
    private func spliceOut(to sink: borrowing Descriptor) throws(BrokenEnd) -> Int {
        guard let pipe else { return 0 }
        let there = pipe.count
        // More of the same frame will follow: the kernel may wait for a full segment.
        let more = walker.payloadLeft > 0
        while pipe.count > 0 {
            do throws(Errno) {
                guard let count = try pipe.pipe.output.splice(to: sink, atMost: pipe.count, more: more) else { break }
                pipe.count -= count
            } catch {
                throw .sink
            }
        }
        return there - pipe.count
    }
}
