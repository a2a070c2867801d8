/// Makes of what a client is sent without an extension what it is sent under permessage-deflate (RFC 7692): frames in, frames out.
///
/// Control frames and short messages go on as they came. All others are compressed as they come, in one frame when they came at
/// once, else in fragments. A message that does not shrink is written by how often its bytes stand there, without a search for
/// matches.
///
/// Given valid bytes only: a ``FrameWalker`` has walked over Chrome's, and the proxy made its own. Pure: no I/O, no clock.
struct MessageDeflater {
    /// A frame whose payload has not come whole.
    private struct Frame {
        let header: FrameHeader
        var left: UInt64
    }

    /// The compressed message that is under way.
    private struct Message {
        let deflater: Deflater
        let opcode: Opcode
        /// Whether a frame of it went on.
        var hasBegun = false
        var plainBytes = 0
        var compressedBytes = 0
        /// Whether it was seen whether it shrinks.
        var isTried = false
    }

    /// From how many bytes on a message is compressed. Below, the packet around it weighs more than what could be saved. Of CDP's
    /// events a quarter is shorter than 256 bytes, and nearly nothing is left of one that resembles those before.
    static let threshold: UInt64 = 128
    /// The same of messages that each stand by themselves.
    static let thresholdAlone: UInt64 = 256
    /// After how many bytes of a message it is seen whether it shrinks.
    private static let trial = 16 << 10

    private let streams: CompressionStreams
    private let agreement: PermessageDeflate
    private var lease: CompressionStreams.Lease?
    private var header: [UInt8] = []
    private var frame: Frame?
    private var message: Message?
    /// Whether a message is under way that goes on as it came.
    private var messageIsPlain = false
    /// What was compressed and stands in no frame yet.
    private var piece: [UInt8] = []

    private(set) var plainBytes: UInt64 = 0
    private(set) var compressedBytes: UInt64 = 0

    /// Before the first frame.
    init(_ agreement: PermessageDeflate, _ streams: CompressionStreams) {
        self.agreement = agreement
        self.streams = streams
    }

    /// Gives back what is kept for this connection, at its end.
    mutating func release() {
        if let kept = lease.take() { streams.giveUp(kept) }
        if let open = message.take() { streams.takeBack(open.deflater) }
    }

    /// Takes all of the bytes and appends to `out` what goes on.
    mutating func take(_ bytes: Span<UInt8>, into out: inout [UInt8]) {
        var position = 0
        while position < bytes.count {
            if let frame, frame.left > 0 {
                let count = min(bytes.count - position, Int(clamping: frame.left))
                payload(bytes.extracting(position..<position + count), frame, into: &out)
                position += count
            } else {
                header.append(bytes[position])
                position += 1
                beginFrameIfWhole(into: &out)
            }
            endFrameIfWhole(into: &out)
        }
        if !piece.isEmpty { emit(isFinal: false, into: &out) }
    }

    // MARK: Frames

    private mutating func beginFrameIfWhole(into out: inout [UInt8]) {
        guard FrameHeader.isWhole(header) else { return }
        defer { header.removeAll(keepingCapacity: true) }
        // The walker has read the same header before.
        guard let whole = try? FrameHeader(header.span) else { return }
        frame = Frame(header: whole, left: whole.payloadLength)
        if !whole.opcode.isControl, message == nil, !messageIsPlain { beginMessage(whole) }
        // Inside a frame that goes on as it comes there is no place for another.
        if whole.opcode.isControl, !piece.isEmpty { emit(isFinal: false, into: &out) }
        if whole.opcode.isControl || messageIsPlain { out.append(header.span) }
    }

    private mutating func beginMessage(_ first: FrameHeader) {
        let threshold = agreement.serverForgets ? Self.thresholdAlone : Self.threshold
        let isShort = first.isFinal && first.payloadLength < threshold
        if !isShort, let deflater = streams.deflater(windowBits: agreement.deflaterBits, lease) {
            message = Message(deflater: deflater, opcode: first.opcode)
            lease = nil
        } else {
            messageIsPlain = true
        }
    }

    private mutating func payload(_ bytes: Span<UInt8>, _ present: Frame, into out: inout [UInt8]) {
        if present.header.opcode.isControl || messageIsPlain {
            out.append(bytes)
        } else {
            deflate(bytes, flushing: false)
        }
        frame?.left -= UInt64(bytes.count)
    }

    private mutating func endFrameIfWhole(into out: inout [UInt8]) {
        guard let whole = frame, whole.left == 0 else { return }
        frame = nil
        guard whole.header.isFinal, !whole.header.opcode.isControl else { return }
        if messageIsPlain { messageIsPlain = false } else { endMessage(into: &out) }
    }

    // MARK: Compressed messages

    private mutating func deflate(_ bytes: Span<UInt8>, flushing: Bool) {
        guard var present = message else { return }
        let before = piece.count
        present.deflater.deflate(bytes, flushing: flushing, through: &streams.room, into: &piece)
        present.plainBytes += bytes.count
        present.compressedBytes += piece.count - before
        if !present.isTried, present.plainBytes >= Self.trial {
            present.isTried = true
            if present.compressedBytes * 10 > present.plainBytes * 6 {
                present.deflater.lookForMatches(false, through: &streams.room, into: &piece)
            }
        }
        message = present
    }

    private mutating func endMessage(into out: inout [UInt8]) {
        deflate(Span(), flushing: true)
        guard let whole = message else { return }
        if piece.suffix(4).elementsEqual(MessageInflater.tail) { piece.removeLast(4) }
        // A stream that was flushed already writes nothing; an empty block stands for that (RFC 7692, section 7.2.3.6).
        if !whole.hasBegun, piece.isEmpty { piece = [0] }
        plainBytes &+= UInt64(whole.plainBytes)
        emit(isFinal: true, into: &out)
        message = nil
        whole.deflater.lookForMatches(true, through: &streams.room, into: &piece)
        if agreement.serverForgets { streams.takeBack(whole.deflater) } else { lease = streams.keep(whole.deflater) }
    }

    private mutating func emit(isFinal: Bool, into out: inout [UInt8]) {
        guard let present = message else { return }
        let start = out.count
        let opcode = present.hasBegun ? .continuation : present.opcode
        FrameHeader(isFinal: isFinal, opcode: opcode, maskingKey: nil, payloadLength: UInt64(piece.count)).write(
            to: &out
        )
        if !present.hasBegun { out[start] |= FrameHeader.compressed }
        out.append(piece.span)
        compressedBytes &+= UInt64(piece.count)
        message?.hasBegun = true
        piece.removeAll(keepingCapacity: piece.capacity <= 16 << 10)
    }
}
