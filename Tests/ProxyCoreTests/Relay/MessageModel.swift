import ProxyCore
import TestSupport

/// What a message-wise direction passes on of a stream, said in the plainest way: over whole frames that are all there.
enum MessageModel {
    /// A frame as it came.
    private struct Frame {
        let header: FrameHeader
        let payload: [UInt8]
        var bytes: [UInt8] {
            WireFrame.bytes(header.opcode, payload, isFinal: header.isFinal, key: header.maskingKey)
        }
    }

    /// Joins the fragments of each message of up to `longest` bytes; of a longer one, those before the fragment that exceeds it.
    static func passed(_ stream: [UInt8], longest: Int) -> [UInt8] {
        var passed: [UInt8] = []
        var held: [Frame] = []
        var streams = false
        for frame in frames(stream) {
            if frame.header.opcode.isControl || streams {
                passed += frame.bytes
                if streams, !frame.header.opcode.isControl, frame.header.isFinal { streams = false }
                continue
            }
            let length = held.reduce(frame.payload.count) { $0 + $1.payload.count }
            if length > longest {
                if !held.isEmpty { passed += joined(held, isFinal: false) }
                passed += frame.bytes
                streams = !frame.header.isFinal
                held = []
            } else {
                held.append(frame)
                guard frame.header.isFinal else { continue }
                passed += joined(held, isFinal: true)
                held = []
            }
        }
        return passed
    }

    private static func joined(_ frames: [Frame], isFinal: Bool) -> [UInt8] {
        guard let first = frames.first?.header else { return [] }
        return WireFrame.bytes(
            first.opcode,
            frames.flatMap(\.payload),
            isFinal: isFinal,
            key: first.maskingKey
        )
    }

    private static func frames(_ stream: [UInt8]) -> [Frame] {
        ReceivedFrames(stream).frames.map { header, payload in
            let key = header.maskingKey
            return Frame(header: header, payload: payload.enumerated().map { $1 ^ (key?[$0] ?? 0) })
        }
    }
}
