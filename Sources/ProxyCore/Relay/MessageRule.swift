/// What a message-wise direction does with each message: pure functions of its payload.
///
/// Called on the loop's thread, once for each message, with the payload unmasked and its fragments put together.
struct MessageRule: Sendable {
    /// What becomes of a message that was read whole.
    enum Verdict: Sendable {
        /// It goes on as it came, in one frame.
        case pass
        /// Another payload goes on in its place.
        case replace(with: [UInt8])
        /// It does not go on; its sender gets this text in reply.
        case answer([UInt8])
    }

    /// What becomes of a message that is longer than a direction holds.
    enum LongVerdict: Sendable {
        /// It goes on as it comes.
        case pass
        /// It does not go on; its sender gets this text in reply.
        case answer([UInt8])
    }

    /// Decides over a whole message.
    let whole: @Sendable (Span<UInt8>) -> Verdict
    /// Decides over a long message by its first ``longest`` bytes.
    let long: @Sendable (Span<UInt8>) -> LongVerdict
    /// The longest message that is held to be decided over whole, in bytes.
    let longest: Int

    /// Lets every message pass.
    static func identity(longest: Int) -> MessageRule {
        MessageRule(whole: { _ in .pass }, long: { _ in .pass }, longest: longest)
    }
}
