/// The frames the proxy puts into a stream of its own accord, and the bytes they are on the wire.
public enum ControlFrame {
    /// A Close frame with a code and a reason of at most 123 bytes (RFC 6455, section 5.5.1).
    public static func close(_ code: CloseCode, reason: String, maskingKey: MaskingKey? = nil) -> [UInt8] {
        precondition(code.isLegalOnTheWire, "a code that may not be sent")
        let payload = [UInt8(code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)] + Array(reason.utf8)
        return bytes(.close, payload: payload, maskingKey: maskingKey)
    }

    /// A Ping without payload (section 5.5.2).
    public static func ping(maskingKey: MaskingKey? = nil) -> [UInt8] {
        bytes(.ping, payload: [], maskingKey: maskingKey)
    }

    /// The Pong that answers a Ping with the same payload (section 5.5.3).
    public static func pong(payload: [UInt8], maskingKey: MaskingKey? = nil) -> [UInt8] {
        bytes(.pong, payload: payload, maskingKey: maskingKey)
    }

    private static func bytes(_ opcode: Opcode, payload: [UInt8], maskingKey: MaskingKey?) -> [UInt8] {
        precondition(payload.count <= 125, "a control frame holds 125 bytes")
        var frame: [UInt8] = []
        FrameHeader(opcode: opcode, maskingKey: maskingKey, payloadLength: UInt64(payload.count)).write(to: &frame)
        for (position, byte) in payload.enumerated() { frame.append(byte ^ (maskingKey?[position] ?? 0)) }
        return frame
    }
}
