@testable import ProxyCore

extension FuzzTarget {
    /// A message-wise direction of the relay: frames in, messages decided over, frames out.
    ///
    /// The rule follows from the payload: `p` passes, `r` is replaced and `a` is answered.
    static let messages = FuzzTarget(name: "messages", longest: 1024) { bytes throws(Violation) in
        for sender in [FrameSender.client, .server] {
            let oracle = FrameOracle(bytes, sender: sender)
            // The stage is given what the walker found good: whole frames here, and the rest of one that is well begun.
            let good = Array(bytes[..<oracle.end])
            for longest in [0, 5, 2000] {
                let whole = pass(good, [good], longest)
                for pieces in Split.pieces(of: good) {
                    try checkPass(pass(good, pieces, longest), whole, sender)
                }
                if longest > bytes.count { try checkIdentity(good, sender, oracle) }
            }
        }
    }

    /// What came of a stream of frames.
    private struct Passage: Equatable {
        var out: [UInt8] = []
        var answers: [[UInt8]] = []
        var isAtBoundary = true
        var isBetweenMessages = true
        var isStalled = false
    }

    private static func pass(
        _ bytes: [UInt8],
        _ pieces: [[UInt8]],
        _ longest: Int,
        _ rule: MessageRule? = nil
    ) -> Passage {
        let stage = MessageStage(rule ?? self.rule(longest: longest))
        var passage = Passage()
        for piece in pieces {
            stage.take(piece.span, into: &passage.out)
            passage.answers += stage.takeAnswers()
            while stage.isStalled {
                stage.resume(into: &passage.out)
                passage.answers += stage.takeAnswers()
            }
        }
        passage.isAtBoundary = stage.isAtBoundary
        passage.isBetweenMessages = stage.isBetweenMessages
        passage.isStalled = stage.isStalled
        return passage
    }

    private static func rule(longest: Int) -> MessageRule {
        MessageRule(
            whole: { payload in
                guard !payload.isEmpty else { return .pass }
                switch payload[0] {
                case UInt8(ascii: "r"): return .replace(with: Array("{}".utf8))
                case UInt8(ascii: "a"): return .answer(Array("no".utf8))
                default: return .pass
                }
            },
            long: { payload in
                !payload.isEmpty && payload[0] == UInt8(ascii: "a") ? .answer(Array("no".utf8)) : .pass
            },
            longest: longest
        )
    }

    private static func checkPass(_ found: Passage, _ whole: Passage, _ sender: FrameSender) throws(Violation) {
        try expect(found, equals: whole, "messages are decided over the same in any pieces")
        let oracle = FrameOracle(found.out, sender: sender)
        try expect(oracle.fault, equals: nil, "what goes on is well formed")
        let isWhole = found.out.isEmpty || oracle.frames.last?.end == found.out.count
        try expect(found.isAtBoundary, equals: isWhole, "a stage knows whether the frames that went on are whole")
    }

    /// A rule that passes everything changes no message, whatever its fragments become.
    private static func checkIdentity(_ bytes: [UInt8], _ sender: FrameSender, _ oracle: FrameOracle) throws(Violation)
    {
        let passage = pass(bytes, [bytes], 2000, .identity(longest: 2000))
        let out = FrameOracle(passage.out, sender: sender)
        try expect(out.closeCode, equals: oracle.closeCode, "a Close frame goes on")
        try expect(passage.answers, equals: [], "what passes is not answered")
        let cut = messages(passage.out, out)
        try expect(cut, equals: messages(bytes, oracle), "every whole message goes on as it was")
    }

    /// The payloads of whole messages, unmasked, in order.
    private static func messages(_ bytes: [UInt8], _ oracle: FrameOracle) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var message: [UInt8] = []
        for frame in oracle.frames where !frame.header.opcode.isControl && frame.end <= bytes.count {
            for (place, byte) in bytes[frame.payload..<frame.end].enumerated() {
                message.append(byte ^ (frame.header.maskingKey?[place] ?? 0))
            }
            guard frame.header.isFinal else { continue }
            messages.append(message)
            message = []
        }
        return messages
    }
}
