import TestSupport
import Testing

@testable import ProxyCore

/// A rule that looks at the first byte: `a` is answered, `r` is replaced, any other message passes.
private let byFirstByte = MessageRule(
    whole: { message in
        switch message.isEmpty ? nil : message[0] {
        case UInt8(ascii: "a"): .answer(Array("no".utf8))
        case UInt8(ascii: "r"): .replace(with: Array("other".utf8))
        default: .pass
        }
    },
    long: { $0[0] == UInt8(ascii: "a") ? .answer(Array("too long".utf8)) : .pass },
    longest: 10
)

extension MessageStage {
    /// Takes a part of an array.
    fileprivate func take(_ bytes: ArraySlice<UInt8>, into out: inout [UInt8]) {
        take(bytes.span, into: &out)
    }
}

/// What a stage makes of a stream that comes in pieces.
private struct Outcome: Equatable {
    var passed: [UInt8] = []
    var answers: [[UInt8]] = []

    init(_ pieces: [ArraySlice<UInt8>], _ rule: MessageRule) {
        let stage = MessageStage(rule)
        for piece in pieces {
            stage.take(piece.span, into: &passed)
            answers += stage.takeAnswers()
            while stage.isStalled {
                stage.resume(into: &passed)
                answers += stage.takeAnswers()
            }
        }
    }
}

@Suite struct MessageStageTests {
    private static let key = WireFrame.key

    /// The outcome of a stream, the same at every split.
    private static func outcome(of stream: [UInt8], _ rule: MessageRule = byFirstByte) -> Outcome {
        let all = ByteSplitter.pieces(of: stream).map { Outcome($0, rule) }
        #expect(all.allSatisfy { $0 == all[0] }, "the same at every split")
        return all[0]
    }

    @Test func aMessagePassesAsItCame() {
        let stream = WireFrame.text("hello", key: Self.key) + WireFrame.text("", key: Self.key)
        #expect(Self.outcome(of: stream).passed == stream)
        let server = WireFrame.text("hello")
        #expect(Self.outcome(of: server).passed == server)
    }

    @Test func fragmentsArePutTogetherAndAPingBetweenThemGoesFirst() {
        let ping = WireFrame.bytes(.ping, [1, 2], key: Self.key)
        let stream =
            WireFrame.text("he", isFinal: false, key: Self.key) + ping
            + WireFrame.bytes(.continuation, Array("llo".utf8), key: MaskingKey(littleEndian: 99))
        #expect(Self.outcome(of: stream).passed == ping + WireFrame.text("hello", key: Self.key))
    }

    @Test func theRuleSeesTheUnmaskedMessage() {
        let stream =
            WireFrame.text("a", isFinal: false, key: Self.key)
            + WireFrame.bytes(.continuation, Array("bc".utf8), key: Self.key) + WireFrame.text("z", key: Self.key)
        let outcome = Self.outcome(of: stream)
        #expect(outcome.passed == WireFrame.text("z", key: Self.key))
        #expect(outcome.answers == [Array("no".utf8)])
    }

    @Test func aReplacedMessageIsMaskedAsTheOneThatCame() {
        #expect(Self.outcome(of: WireFrame.text("r", key: Self.key)).passed == WireFrame.text("other", key: Self.key))
        #expect(Self.outcome(of: WireFrame.text("r")).passed == WireFrame.text("other"))
    }

    // MARK: Long messages

    @Test(arguments: [10, 11, 12, 300, 70_000]) func aLongFrameStreamsAsItCame(_ count: Int) {
        let stream = WireFrame.bytes(.text, [UInt8](repeating: 0x78, count: count), key: Self.key)
        #expect(Outcome([stream[...]], byFirstByte).passed == stream)
        let middle = stream.count / 2
        #expect(Outcome([stream[..<middle], stream[middle...]], byFirstByte).passed == stream)
    }

    @Test func fragmentsBeforeTheLimitAreOneFragment() {
        let long = WireFrame.bytes(.continuation, Array("0123456789".utf8), isFinal: false, key: Self.key)
        let last = WireFrame.bytes(.continuation, Array("end".utf8), key: Self.key)
        let stream =
            WireFrame.text("x", isFinal: false, key: Self.key)
            + WireFrame.bytes(.continuation, Array("y".utf8), isFinal: false, key: Self.key) + long + last
        #expect(Self.outcome(of: stream).passed == WireFrame.text("xy", isFinal: false, key: Self.key) + long + last)
    }

    @Test func anEmptyFirstFragmentOfALongMessageIsKept() {
        let first = WireFrame.text("", isFinal: false, key: Self.key)
        let long = WireFrame.bytes(.continuation, Array("0123456789x".utf8), key: Self.key)
        #expect(Self.outcome(of: first + long).passed == first + long)
    }

    @Test func aLongMessageThatIsAnsweredIsDroppedToItsEnd() {
        let stream =
            WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 40), isFinal: false, key: Self.key)
            + WireFrame.bytes(.ping, key: Self.key)
            + WireFrame.bytes(.continuation, [UInt8](repeating: 0x61, count: 40), key: Self.key)
            + WireFrame.text("next", key: Self.key)
        let outcome = Self.outcome(of: stream)
        #expect(outcome.passed == WireFrame.bytes(.ping, key: Self.key) + WireFrame.text("next", key: Self.key))
        #expect(outcome.answers == [Array("too long".utf8)])
    }

    // MARK: Boundaries

    @Test func aHeldMessageLeavesTheSinkAtABoundaryAndAStreamDoesNot() {
        let stage = MessageStage(byFirstByte)
        var passed: [UInt8] = []
        let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x78, count: 30), isFinal: false, key: Self.key)
        stage.take(frame[..<12], into: &passed)
        #expect(passed.isEmpty && stage.isAtBoundary && stage.isBetweenMessages && !stage.isStreaming)
        stage.take(frame[12..<20], into: &passed)
        #expect(!passed.isEmpty && !stage.isAtBoundary && !stage.isBetweenMessages && stage.isStreaming)
        stage.take(frame[20...], into: &passed)
        #expect(stage.isAtBoundary && !stage.isBetweenMessages, "the message is not over")
        stage.take(WireFrame.bytes(.continuation, key: Self.key)[...], into: &passed)
        #expect(stage.isAtBoundary && stage.isBetweenMessages)
    }

    @Test func skippedBytesOfAStreamCountAsPassed() {
        let stage = MessageStage(byFirstByte)
        var passed: [UInt8] = []
        let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x78, count: 30), key: Self.key)
        stage.take(frame[..<20], into: &passed)
        stage.skip(frame.count - 20)
        #expect(stage.isAtBoundary && stage.isBetweenMessages)
        stage.take(WireFrame.text("next", key: Self.key)[...], into: &passed)
        #expect(passed == frame[..<20] + WireFrame.text("next", key: Self.key))
    }

    // MARK: Bounds

    /// A client that sends nothing but what is refused makes no more answers than a bounded number of bytes wait.
    @Test func answersAreBoundedUntilTheyAreTaken() {
        let rule = MessageRule(
            whole: { _ in .answer([UInt8](repeating: 0x21, count: 1_000)) },
            long: { _ in .pass },
            longest: 10
        )
        let stage = MessageStage(rule)
        let one = WireFrame.text("x", key: Self.key)
        var stream: [UInt8] = []
        for _ in 0..<500 { stream += one }
        var passed: [UInt8] = []
        stage.take(stream.span, into: &passed)
        var answers = stage.takeAnswers().count
        #expect(answers == MessageStage.mostAnswerBytes / 1_000 + 1)
        #expect(stage.isStalled)
        while stage.isStalled {
            stage.resume(into: &passed)
            answers += stage.takeAnswers().count
        }
        #expect(answers == 500)
    }

    // MARK: Random streams

    @Test(arguments: 0..<60) func randomStreamsPassAsTheModelSays(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let stream = WireFrame.randomStream(
            messages: 6,
            longest: [8, 40, 400][Int(seed % 3)],
            closes: Bool.random(using: &generator),
            key: seed % 2 == 0 ? Self.key : nil,
            using: &generator
        )
        let expected = MessageModel.passed(stream, longest: 32)
        let outcome = Outcome(generator.split(stream, longest: 50), .identity(longest: 32))
        #expect(outcome.passed == expected)
    }
}
