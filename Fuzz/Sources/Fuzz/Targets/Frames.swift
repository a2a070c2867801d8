@testable import ProxyCore

extension FuzzTarget {
    /// The frames of either direction: the walker of the relay, and the reader of our own CDP client.
    static let frames = FuzzTarget(name: "frames", longest: 1024) { bytes throws(Violation) in
        for sender in [FrameSender.client, .server] {
            let oracle = FrameOracle(bytes, sender: sender)
            try checkHeaders(oracle, bytes)
            for pieces in Split.pieces(of: bytes) {
                try checkWalk(bytes, pieces, sender, oracle)
                try checkSkip(bytes, pieces, sender, oracle)
            }
        }
        for limit in [1 << 20, 100] { try checkReader(bytes, limit) }
    }

    /// Reading and writing a header are inverse.
    private static func checkHeaders(_ oracle: FrameOracle, _ bytes: [UInt8]) throws(Violation) {
        for frame in oracle.frames {
            var written: [UInt8] = []
            frame.header.write(to: &written)
            try expect(written, equals: Array(bytes[frame.start..<frame.payload]), "a header is written as it was read")
        }
    }

    // MARK: - The walker

    /// Walks over all pieces. A fault may be found later than its frame begins: what came before it in earlier pieces has
    /// been passed on, and never more than a header and the payload of a control frame.
    private static func checkWalk(
        _ bytes: [UInt8],
        _ pieces: [[UInt8]],
        _ sender: FrameSender,
        _ oracle: FrameOracle
    ) throws(Violation) {
        var walker = FrameWalker(sender: sender)
        var (passed, arrived) = (0, 0)
        for piece in pieces {
            let step = walker.walk(piece.span)
            arrived += piece.count
            try expect(0...piece.count ~= step.good, "no more is good than came")
            try expect(
                step.good == piece.count || step.fault != nil || walker.closeCode != nil,
                "a walk ends for a reason"
            )
            passed += step.good
            try checkPlace(walker, passed, oracle, hasFault: step.fault != nil)
            if step.fault != nil || walker.closeCode != nil {
                try expect(step.fault, equals: oracle.fault, "the walker finds the fault of the plain reading")
                break
            }
        }
        try expect(walker.closeCode, equals: oracle.closeCode, "the walker finds the Close frame of the plain reading")
        try expect(Int(walker.frames), equals: oracle.frames.count, "the walker counts the frames of the plain reading")
        guard oracle.fault != nil else {
            return try expect(passed, equals: oracle.end, "all that is good is passed on")
        }
        try expect(
            oracle.end...oracle.end + FrameHeader.longest + 125 ~= passed,
            "a frame with a fault is not passed on"
        )
        try expect(walker.walk(bytes.span), equals: FrameWalker.Step(good: 0, fault: oracle.fault), "a fault stays")
    }

    /// Compares where the walker says it stands with where it has to stand after the bytes passed on.
    private static func checkPlace(
        _ walker: FrameWalker,
        _ passed: Int,
        _ oracle: FrameOracle,
        hasFault: Bool
    ) throws(Violation) {
        if hasFault {
            try expect(
                walker.isAtBoundary,
                equals: passed == oracle.end,
                "a fault leaves a boundary only if none of its frame passed"
            )
            return
        }
        let last = oracle.lastFrame(before: passed)
        let isBetween = passed == 0 || last?.end == passed
        try expect(walker.isAtBoundary, equals: isBetween, "the walker knows where a frame ends")
        guard last?.end != .max else { return }
        let left = UInt64(max(0, (last?.end ?? 0) - passed))
        try expect(walker.payloadLeft, equals: left, "the walker knows how much is to come")
    }

    /// As the relay does it: payloads other than a Close frame's are passed on unseen.
    private static func checkSkip(
        _ bytes: [UInt8],
        _ pieces: [[UInt8]],
        _ sender: FrameSender,
        _ oracle: FrameOracle
    ) throws(Violation) {
        var walker = FrameWalker(sender: sender)
        var (passed, fault) = (0, FrameFault?.none)
        for piece in pieces {
            var rest = piece.span
            while !rest.isEmpty, fault == nil, walker.closeCode == nil {
                let present = oracle.lastFrame(before: passed)
                let unseen = present?.header.opcode == .close ? 0 : min(walker.payloadLeft, UInt64(rest.count))
                // One byte more than a header: to walk into the payload, and skip what is left of it.
                let step = unseen > 0 ? nil : walker.walk(rest.extracting(first: min(rest.count, 3)))
                if unseen > 0 { walker.skip(Int(unseen)) }
                let good = step?.good ?? Int(unseen)
                passed += good
                fault = step?.fault
                rest = rest.extracting(droppingFirst: good)
            }
        }
        try expect(fault, equals: oracle.fault, "skipping payloads hides no fault")
        try expect(walker.closeCode, equals: oracle.closeCode, "skipping payloads hides no Close frame")
        try expect(Int(walker.frames), equals: oracle.frames.count, "skipping payloads hides no frame")
    }

    // MARK: - The reader

    private struct Reading: Equatable {
        var messages: [MessageReader.Incoming] = []
        var fault: FrameFault?
    }

    private static func checkReader(_ bytes: [UInt8], _ limit: Int) throws(Violation) {
        let whole = read([bytes], limit)
        for pieces in Split.pieces(of: bytes) {
            try expect(read(pieces, limit), equals: whole, "messages are the same in any pieces")
        }
        for message in whole.messages {
            switch message {
            case .text(let text): try expect(text.count <= limit, "no message is longer than the limit")
            case .ping(let payload): try expect(payload.count <= 125, "no Ping is longer than it may be")
            case .close(let code): try expect(code.isLegalOnTheWire || code == .noStatus, "no illegal code closes")
            case .pong: break
            }
        }
        guard whole.fault != .binary, whole.fault != .messageTooLong else { return }
        let oracle = FrameOracle(bytes, sender: .server)
        let hasBinary = oracle.frames.contains { $0.header.opcode == .binary }
        let isLong = oracle.frames.contains { !$0.header.opcode.isControl && $0.end > limit }
        guard !hasBinary, !isLong else { return }
        try expect(whole.fault, equals: oracle.fault, "the reader finds the fault of the plain reading")
        let texts = whole.messages.flatMap { if case .text(let text) = $0 { text } else { [UInt8]() } }
        let payloads = oracle.frames.filter { !$0.header.opcode.isControl && $0.end <= bytes.count }
            .flatMap { bytes[$0.payload..<$0.end] }
        try expect(payloads.starts(with: texts), "the texts are the payloads, put together")
    }

    private static func read(_ pieces: [[UInt8]], _ limit: Int) -> Reading {
        var reading = Reading()
        var reader = MessageReader(received: pieces.first ?? [], limit: limit)
        do throws(FrameFault) {
            for (number, piece) in pieces.enumerated() {
                if number > 0 { reader.append(piece) }
                while let message = try reader.next() {
                    reading.messages.append(message)
                    if case .close = message { return reading }
                }
            }
        } catch {
            reading.fault = error
        }
        return reading
    }
}
