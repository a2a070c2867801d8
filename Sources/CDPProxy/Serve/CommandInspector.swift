import ProxyCore

/// Shows a client's messages to the judge of its commands.
final class CommandInspector: MessageInspector {
    /// Longer commands, uploads nearly all of them, are decided over by their beginning.
    let longest = 64 << 10
    let readsOn = true

    private let judge: CommandJudge

    /// An inspector that asks this judge.
    init(_ judge: CommandJudge) { self.judge = judge }

    func decide(_ message: Span<UInt8>) -> MessageVerdict {
        switch judge.decide(message) {
        case .pass(let command): .replace(with: command)
        case .answer(let text): .answer(text)
        }
    }

    func begin(_ beginning: Span<UInt8>) -> LongMessageVerdict { judge.begin(beginning) ? .pass : .drop }

    func goOn(_ bytes: Span<UInt8>) -> Bool { judge.goOn(bytes) }

    func endDropped() -> [UInt8] { judge.endDropped() }
}
