/// An inspector of two pure functions, which does not look at the rest of a long message.
final class MessageRule: MessageInspector, Sendable {
    typealias Verdict = MessageVerdict
    typealias LongVerdict = LongMessageVerdict

    private let whole: @Sendable (Span<UInt8>) -> Verdict
    private let long: @Sendable (Span<UInt8>) -> LongVerdict
    let longest: Int
    let readsOn = false

    /// A rule that decides over a whole message by `whole`, and over a longer one by `long` and its first `longest` bytes.
    init(
        whole: @escaping @Sendable (Span<UInt8>) -> Verdict,
        long: @escaping @Sendable (Span<UInt8>) -> LongVerdict,
        longest: Int
    ) {
        self.whole = whole
        self.long = long
        self.longest = longest
    }

    /// Lets every message pass.
    static func identity(longest: Int) -> MessageRule {
        MessageRule(whole: { _ in .pass }, long: { _ in .pass }, longest: longest)
    }

    func decide(_ message: Span<UInt8>) -> Verdict { whole(message) }

    func begin(_ beginning: Span<UInt8>) -> LongVerdict { long(beginning) }

    func goOn(_ bytes: Span<UInt8>) -> Bool { true }

    func endDropped() -> [UInt8] { [] }
}
