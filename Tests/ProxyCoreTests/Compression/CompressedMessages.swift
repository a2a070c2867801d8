import TestSupport

@testable import ProxyCore

/// A client that speaks permessage-deflate: compresses its messages one by one, and reads the server's.
struct CompressedMessages {
    private let deflater: Deflater
    private let inflater: Inflater
    private var room = [UInt8](repeating: 0, count: 1000)

    init?(windowBits: Int = 15) {
        guard Zlib.isLoaded, let deflater = Deflater(windowBits: windowBits), let inflater = Inflater() else {
            return nil
        }
        (self.deflater, self.inflater) = (deflater, inflater)
    }

    /// What a message is sent as.
    mutating func payload(of message: [UInt8]) -> [UInt8] {
        deflater.reset()
        var out: [UInt8] = []
        deflater.deflate(message.span, flushing: true, through: &room, into: &out)
        return Array(out.dropLast(4))
    }

    /// A message in frames of the client whose payloads have these lengths at most.
    mutating func frames(of message: [UInt8], fragment: Int = .max, key: MaskingKey = WireFrame.key) -> [UInt8] {
        let payload = payload(of: message)
        var frames: [UInt8] = []
        var position = 0
        repeat {
            let end = min(payload.count, position + min(fragment, payload.count))
            let start = frames.count
            let opcode: Opcode = position == 0 ? .text : .continuation
            frames += WireFrame.bytes(opcode, Array(payload[position..<end]), isFinal: end == payload.count, key: key)
            if position == 0 { frames[start] |= FrameHeader.compressed }
            position = end
        } while position < payload.count
        return frames
    }

    /// The messages in a server's frames, one stream of them; nil when they are none.
    mutating func messages(in stream: [UInt8]) -> [[UInt8]]? {
        var messages: [[UInt8]] = []
        var (message, isCompressed, rest) = ([UInt8](), false, stream[...])
        while !rest.isEmpty {
            guard let frame = SentFrame(&rest) else { return nil }
            guard !frame.header.opcode.isControl else { continue }
            if frame.header.opcode != .continuation { isCompressed = frame.isCompressed }
            message += frame.payload
            guard frame.header.isFinal else { continue }
            guard let whole = isCompressed ? inflated(message + MessageInflater.tail) : message else { return nil }
            messages.append(whole)
            message = []
        }
        return messages
    }

    private mutating func inflated(_ bytes: [UInt8]) -> [UInt8]? {
        var (out, position) = ([UInt8](), 0)
        while true {
            guard let step = try? inflater.inflate(bytes.span.extracting(position...), into: &room) else { return nil }
            position += step.taken
            out += room[..<step.written]
            guard step.written == room.count || position < bytes.count else { return step.isWhole ? out : nil }
        }
    }
}

/// A frame that may be compressed.
struct SentFrame {
    let header: FrameHeader
    let isCompressed: Bool
    let payload: [UInt8]

    /// Takes the first frame of the bytes.
    init?(_ bytes: inout ArraySlice<UInt8>) {
        var head = Array(bytes.prefix(FrameHeader.longest))
        guard head.count >= 2 else { return nil }
        isCompressed = head[0] & FrameHeader.compressed != 0
        head[0] &= ~FrameHeader.compressed
        let length = FrameHeader.length(first: head[0], second: head[1])
        guard head.count >= length, let header = try? FrameHeader(head.span.extracting(..<length)) else { return nil }
        let end = length + Int(header.payloadLength)
        guard bytes.count >= end else { return nil }
        self.header = header
        payload = Array(bytes.dropFirst(length).prefix(end - length))
        bytes = bytes.dropFirst(end)
    }
}
