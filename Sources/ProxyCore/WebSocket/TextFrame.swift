/// A text message of the proxy's own as one frame (RFC 6455, section 5.6).
enum TextFrame {
    /// The frame's bytes; a client's are masked, a server's are not.
    static func bytes(_ text: [UInt8], maskingKey: MaskingKey?) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(FrameHeader.longest + text.count)
        FrameHeader(opcode: .text, maskingKey: maskingKey, payloadLength: UInt64(text.count)).write(to: &frame)
        let start = frame.count
        frame.append(contentsOf: text)
        guard let maskingKey else { return frame }
        var bytes = frame.mutableSpan
        maskingKey.apply(to: &bytes, from: start)
        return frame
    }
}
