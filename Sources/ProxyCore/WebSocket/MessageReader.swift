/// Reads whole messages and control frames out of a server's bytes, for the proxy's own CDP client.
///
/// Pure: bytes in, frames out. It holds at most one message.
public struct MessageReader: Sendable {
    /// What has come whole.
    public enum Incoming: Equatable, Sendable {
        /// A text message, its fragments put together.
        case text([UInt8])
        /// A Ping, to be answered with the same payload.
        case ping([UInt8])
        /// A Pong, which needs no answer.
        case pong
        /// The end, with the code the peer gave.
        case close(CloseCode)
    }

    private var rules = FrameRules(sender: .server)
    private var buffer: [UInt8]
    private var position = 0
    private var message: [UInt8] = []
    private let limit: Int

    /// A reader before the first frame. `received` is what stood behind the handshake; a message of more than `limit`
    /// bytes is refused.
    public init(received: [UInt8] = [], limit: Int) {
        buffer = received
        self.limit = limit
    }

    /// Lets a body append bytes that were received.
    public mutating func append(_ bytes: [UInt8]) {
        if position > 0 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next message or control frame, nil until one has come whole.
    public mutating func next() throws(FrameFault) -> Incoming? {
        while let (frame, payload) = try nextFrame() {
            switch frame.opcode {
            case .text, .continuation:
                message.append(contentsOf: payload)
                guard frame.isFinal else { continue }
                defer { message = [] }
                return .text(message)
            case .binary: throw .binary
            case .ping: return .ping(Array(payload))
            case .pong: return .pong
            case .close: return .close(try Self.code(payload))
            }
        }
        return nil
    }

    private mutating func nextFrame() throws(FrameFault) -> (FrameHeader, ArraySlice<UInt8>)? {
        let there = buffer.count - position
        guard there >= 2 else { return nil }
        let length = FrameHeader.length(first: buffer[position], second: buffer[position + 1])
        guard there >= length else { return nil }
        let frame = try FrameHeader(buffer.span.extracting(position..<position + length))
        // A bad frame is refused by its header, without waiting for its payload. The rules remember a frame only once
        // all of it has arrived, since until then this header is read again.
        var next = rules
        try next.admit(frame)
        guard frame.opcode.isControl || frame.payloadLength <= UInt64(limit - message.count) else {
            throw .messageTooLong
        }
        let end = position + length + Int(frame.payloadLength)
        guard buffer.count >= end else { return nil }
        rules = next
        defer { position = end }
        return (frame, buffer[(position + length)..<end])
    }

    private static func code(_ payload: ArraySlice<UInt8>) throws(FrameFault) -> CloseCode {
        var closing = ClosePayload(maskingKey: nil)
        for byte in payload { closing.append(byte) }
        return try closing.code()
    }
}
