@testable import ProxyCore

extension FuzzTarget {
    /// permessage-deflate: what a client sends under it, what Chrome's frames become, and how it is offered.
    static let compression = FuzzTarget(name: "compression", longest: 1024) { bytes throws(Violation) in
        guard let streams = CompressionStreams() else { return }
        let whole = try inflated([bytes], streams)
        for pieces in Split.pieces(of: bytes) {
            try expect(try inflated(pieces, streams), equals: whole, "the same messages at every split")
        }
        try checkRoundTrip(bytes, streams)
        try checkOffer(bytes)
    }

    /// What a client said.
    private struct Said: Equatable {
        var messages: [[UInt8]] = []
        var fault: FrameFault?
    }

    /// Inflates a client's frames, in as little room as there may be, with a walker behind.
    private static func inflated(_ pieces: [[UInt8]], _ streams: CompressionStreams) throws(Violation) -> Said {
        var inflater = MessageInflater(streams)
        defer { inflater.release() }
        var out: [UInt8] = []
        for piece in pieces {
            var position = 0
            repeat {
                var next: [UInt8] = []
                let rest = piece[position...]
                position += inflater.take(rest.span, into: &next, room: 64)
                out += next
            } while position < piece.count || inflater.hasMore
        }
        let oracle = FrameOracle(out, sender: .client)
        try expect(
            oracle.fault == nil || oracle.fault == inflater.fault || isCloseFault(oracle.fault),
            "what goes on is valid"
        )
        var said = Said(fault: inflater.fault)
        var message: [UInt8] = []
        for frame in oracle.frames where !frame.header.opcode.isControl {
            let end = frame.payload + Int(frame.header.payloadLength)
            guard end <= out.count else { break }
            var payload = Array(out[frame.payload..<end])
            frame.header.maskingKey?.apply(to: &payload, from: 0)
            message += payload
            guard frame.header.isFinal else { continue }
            said.messages.append(message)
            message = []
        }
        return said
    }

    /// Close frames go on as they came; the walker behind looks into them.
    private static func isCloseFault(_ fault: FrameFault?) -> Bool { fault == .closeCode || fault == .closeReason }

    /// A message of the bytes, compressed as it is sent and inflated as one that was received.
    private static func checkRoundTrip(_ bytes: [UInt8], _ streams: CompressionStreams) throws(Violation) {
        guard let agreement = PermessageDeflate([forgetful]) else { return }
        var message: [UInt8] = []
        while message.count < 300 { message += bytes + [0] }
        var frame: [UInt8] = []
        FrameHeader(opcode: .text, maskingKey: nil, payloadLength: UInt64(message.count)).write(to: &frame)
        frame += message
        for pieces in Split.pieces(of: frame) {
            var deflater = MessageDeflater(agreement, streams)
            defer { deflater.release() }
            var sent: [UInt8] = []
            for piece in pieces { deflater.take(piece.span, into: &sent) }
            try expect(
                try inflated([masked(sent)], streams),
                equals: Said(messages: [message]),
                "what went in comes out"
            )
        }
    }

    private static let forgetful = ExtensionOffer(
        name: "permessage-deflate",
        parameters: [ExtensionOffer.Parameter(name: "server_no_context_takeover", value: nil)]
    )

    /// A server's frames as a client would send them.
    private static func masked(_ frames: [UInt8]) -> [UInt8] {
        var (out, position) = ([UInt8](), 0)
        while position < frames.count {
            var head = Array(frames[position..<min(position + FrameHeader.longest, frames.count)])
            let mark = head[0] & FrameHeader.compressed
            head[0] &= ~FrameHeader.compressed
            let length = FrameHeader.length(first: head[0], second: head[1])
            guard var header = try? FrameHeader(head.span) else { return out }
            header.maskingKey = MaskingKey(littleEndian: 0x0102_0304)
            let start = out.count
            header.write(to: &out)
            out[start] |= mark
            let payload = out.count
            let end = position + length + Int(header.payloadLength)
            out += frames[position + length..<end]
            header.maskingKey?.apply(to: &out, from: payload)
            position = end
        }
        return out
    }

    /// What is agreed on can be agreed on.
    private static func checkOffer(_ bytes: [UInt8]) throws(Violation) {
        guard let offers = try? ExtensionOffer.all(in: bytes[...]), let agreement = PermessageDeflate(offers) else {
            return
        }
        let answer = Array(agreement.answer.utf8)
        guard let again = try? ExtensionOffer.all(in: answer[...]) else {
            throw Violation(property: "an answer is written as an offer is")
        }
        try expect(PermessageDeflate(again), equals: agreement, "an answer says what was agreed on")
    }
}
