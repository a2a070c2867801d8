public import ProxyCore

/// Frames as bytes, valid and invalid.
public enum WireFrame {
    /// The masking key of tests that name no other.
    public static let key = MaskingKey(littleEndian: 0x3D21_FA37)
    /// A masking key that leaves the payload unchanged, for payloads too large to be masked in a debug build.
    public static let nullKey = MaskingKey(littleEndian: 0)

    /// A frame with a payload.
    public static func bytes(
        _ opcode: Opcode,
        _ payload: [UInt8] = [],
        isFinal: Bool = true,
        key: MaskingKey? = nil
    ) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(FrameHeader.longest + payload.count)
        FrameHeader(isFinal: isFinal, opcode: opcode, maskingKey: key, payloadLength: UInt64(payload.count))
            .write(to: &frame)
        let start = frame.count
        frame.append(contentsOf: payload)
        if let key, key != nullKey {
            var span = frame.mutableSpan
            key.apply(to: &span, from: start)
        }
        return frame
    }

    /// A text frame.
    public static func text(_ text: String, isFinal: Bool = true, key: MaskingKey? = nil) -> [UInt8] {
        bytes(.text, Array(text.utf8), isFinal: isFinal, key: key)
    }

    /// A Close frame with any code, valid or not.
    public static func close(_ code: UInt16, _ reason: [UInt8] = [], key: MaskingKey? = nil) -> [UInt8] {
        bytes(.close, [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + reason, key: key)
    }

    /// A header that announces a payload, without the payload.
    public static func header(
        _ opcode: Opcode,
        announcing length: UInt64,
        isFinal: Bool = true,
        key: MaskingKey? = nil
    ) -> [UInt8] {
        var frame: [UInt8] = []
        FrameHeader(isFinal: isFinal, opcode: opcode, maskingKey: key, payloadLength: length).write(to: &frame)
        return frame
    }

    /// A stream of random valid frames: whole or fragmented messages with control frames between them, and perhaps a
    /// Close frame at the end.
    public static func randomStream(
        messages: Int,
        longest: Int,
        closes: Bool,
        key: MaskingKey?,
        using generator: inout SeededGenerator
    ) -> [UInt8] {
        var stream: [UInt8] = []
        for _ in 0..<messages {
            let fragments = Int.random(in: 1...4, using: &generator)
            for fragment in 0..<fragments {
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let payload = generator.bytes(count: .random(in: 0...125, using: &generator))
                    stream += bytes(Bool.random(using: &generator) ? .ping : .pong, payload, key: key)
                }
                let payload = generator.bytes(count: .random(in: 0...longest, using: &generator))
                let opcode: Opcode = fragment == 0 ? .text : .continuation
                stream += bytes(opcode, payload, isFinal: fragment == fragments - 1, key: key)
            }
        }
        return closes ? stream + close(1000, Array("done".utf8), key: key) : stream
    }
}
