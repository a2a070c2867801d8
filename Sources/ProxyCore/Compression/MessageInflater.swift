/// Makes of what a client sends under permessage-deflate (RFC 7692) what it would send without: frames in, frames out.
///
/// Control frames and messages that are not compressed go on as they came. A compressed message goes on as it is inflated, in one
/// frame when it came at once and is short, else in fragments, under the masking key of its first frame. It is inflated only as
/// far as there is room, so that a message of any length passes in bounded memory.
///
/// Each message was compressed by itself, as is always agreed. Pure: no I/O, no clock.
struct MessageInflater {
    /// A frame whose payload has not come whole.
    private struct Frame {
        let header: FrameHeader
        var left: UInt64
        var position = 0
    }

    /// The compressed message that is under way.
    private struct Message {
        let inflater: Inflater
        let maskingKey: MaskingKey?
        /// Whether a frame of it went on.
        var hasBegun = false
        /// Whether the stream may have more to give without further bytes.
        var isFull = false
        /// Whether no block is open.
        var isWhole = false
        /// How much of the ``MessageInflater/tail`` went in, once its last frame has come.
        var tailTaken: Int?
    }

    /// How many bytes go into one frame at most.
    private static let mostInFrame = 64 << 10
    /// What a sender leaves out at the end of a message (RFC 7692, section 7.2.1).
    static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    private let streams: CompressionStreams
    private var rules = FrameRules(sender: .client)
    private var header: [UInt8] = []
    private var frame: Frame?
    private var message: Message?
    /// What was inflated and stands in no frame yet.
    private var piece: [UInt8] = []

    /// What the client did that ends the connection.
    private(set) var fault: FrameFault?
    private(set) var compressedBytes: UInt64 = 0
    private(set) var plainBytes: UInt64 = 0

    /// Before the first frame.
    init(_ streams: CompressionStreams) {
        self.streams = streams
    }

    /// Gives back what is held for this connection, at its end.
    mutating func release() { if let open = message.take() { streams.takeBack(open.inflater) } }

    /// Whether more may go on without further bytes.
    var hasMore: Bool {
        guard fault == nil, let message else { return false }
        return message.isFull || message.tailTaken != nil
    }

    /// Takes bytes and appends to `out` what goes on, until that are `room` bytes or more. Says how many were taken; behind a
    /// fault that is all of them.
    mutating func take(_ bytes: Span<UInt8>, into out: inout [UInt8], room: Int) -> Int {
        guard fault == nil else { return bytes.count }
        var position = 0
        do throws(FrameFault) {
            while out.count < room {
                if message?.tailTaken != nil {
                    try endMessage(into: &out, room)
                } else if message?.isFull == true {
                    _ = try inflate(Span(), into: &out, room)
                } else if position == bytes.count {
                    break
                } else if let frame, frame.left > 0 {
                    position += try payload(bytes.extracting(position...), frame, into: &out, room)
                    endFrameIfWhole()
                } else {
                    header.append(bytes[position])
                    position += 1
                    try beginFrameIfWhole(into: &out)
                    endFrameIfWhole()
                }
            }
            emit(isFinal: false, into: &out)
            return position
        } catch {
            fault = error
            return bytes.count
        }
    }

    // MARK: Frames

    private mutating func beginFrameIfWhole(into out: inout [UInt8]) throws(FrameFault) {
        guard FrameHeader.isWhole(header) else { return }
        defer { header.removeAll(keepingCapacity: true) }
        let isCompressed = header[0] & FrameHeader.compressed != 0
        let original = header
        header[0] &= ~FrameHeader.compressed
        let whole = try FrameHeader(header.span)
        // Only a message's first frame says whether it is compressed (RFC 7692, section 6).
        if isCompressed, whole.opcode.isControl || whole.opcode == .continuation { throw .reservedBits }
        try rules.admit(whole)
        // Inside a frame that goes on as it comes there is no place for another.
        if whole.opcode.isControl { emit(isFinal: false, into: &out) }
        frame = Frame(header: whole, left: whole.payloadLength)
        if isCompressed {
            guard let inflater = streams.inflater() else { throw .brokenCompression }
            message = Message(inflater: inflater, maskingKey: whole.maskingKey)
        } else if whole.opcode.isControl || message == nil {
            out.append(original.span)
        }
    }

    private mutating func payload(
        _ bytes: Span<UInt8>,
        _ present: Frame,
        into out: inout [UInt8],
        _ room: Int
    ) throws(FrameFault) -> Int {
        var count = min(bytes.count, Int(clamping: present.left))
        if present.header.opcode.isControl || message == nil {
            out.append(bytes.extracting(..<count))
        } else {
            count = try inflateMasked(bytes.extracting(..<min(count, streams.room.count)), present, into: &out, room)
            compressedBytes &+= UInt64(count)
        }
        frame?.left -= UInt64(count)
        frame?.position += count
        return count
    }

    private mutating func inflateMasked(
        _ bytes: Span<UInt8>,
        _ present: Frame,
        into out: inout [UInt8],
        _ room: Int
    ) throws(FrameFault) -> Int {
        // Taken out, so that it is nobody else's while it is borrowed.
        var unmasked = streams.unmasked
        streams.unmasked = []
        defer { streams.unmasked = unmasked }
        unmasked.removeAll(keepingCapacity: true)
        unmasked.append(bytes)
        present.header.maskingKey?.advanced(by: present.position).apply(to: &unmasked, from: 0)
        return try inflate(unmasked.span, into: &out, room)
    }

    private mutating func endFrameIfWhole() {
        guard let whole = frame, whole.left == 0 else { return }
        frame = nil
        if whole.header.isFinal, !whole.header.opcode.isControl { message?.tailTaken = 0 }
    }

    // MARK: Compressed messages

    /// Inflates until the bytes are used up, or there is no room for more. Says how many were taken.
    private mutating func inflate(
        _ bytes: Span<UInt8>,
        into out: inout [UInt8],
        _ room: Int
    ) throws(FrameFault) -> Int {
        guard var present = message else { return 0 }
        defer { message = present }
        var taken = 0
        repeat {
            let step: Inflater.Step
            do throws(Inflater.Broken) {
                step = try present.inflater.inflate(bytes.extracting(taken...), into: &streams.room)
            } catch {
                throw .brokenCompression
            }
            taken += step.taken
            piece += streams.room[..<step.written]
            present.isFull = step.written == streams.room.count
            present.isWhole = step.isWhole
            if piece.count >= Self.mostInFrame { emit(&present, isFinal: false, into: &out) }
            // What takes nothing and gives nothing has nothing to do.
            if step.taken == 0, step.written == 0 { break }
        } while (present.isFull || taken < bytes.count) && out.count < room
        return taken
    }

    /// Gives the stream what the client left out, and ends the message once nothing more comes of it.
    private mutating func endMessage(into out: inout [UInt8], _ room: Int) throws(FrameFault) {
        guard let before = message?.tailTaken else { return }
        let tail = Self.tail
        let taken = try inflate(tail.span.extracting(before...), into: &out, room)
        message?.tailTaken = before + taken
        guard var whole = message, !whole.isFull, out.count < room else { return }
        guard before + taken == Self.tail.count, whole.isWhole else { throw .brokenCompression }
        emit(&whole, isFinal: true, into: &out)
        message = nil
        streams.takeBack(whole.inflater)
    }

    private mutating func emit(isFinal: Bool, into out: inout [UInt8]) {
        guard var present = message else { return }
        emit(&present, isFinal: isFinal, into: &out)
        message = present
    }

    /// Writes a frame of what was inflated; none when that is nothing, unless it ends the message.
    private mutating func emit(_ present: inout Message, isFinal: Bool, into out: inout [UInt8]) {
        guard isFinal || !piece.isEmpty else { return }
        let opcode: Opcode = present.hasBegun ? .continuation : .text
        let key = present.maskingKey
        FrameHeader(isFinal: isFinal, opcode: opcode, maskingKey: key, payloadLength: UInt64(piece.count)).write(
            to: &out
        )
        let start = out.count
        out.append(piece.span)
        key?.apply(to: &out, from: start)
        plainBytes &+= UInt64(piece.count)
        present.hasBegun = true
        if piece.capacity > Self.mostInFrame / 4 { piece = [] } else { piece.removeAll(keepingCapacity: true) }
    }
}
