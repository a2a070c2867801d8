/// What looks at the messages of a message-wise direction, one after another, and decides what becomes of each.
///
/// Called on the thread of the relay, with payloads unmasked and fragments put together.
public protocol MessageInspector: AnyObject {
    /// The longest message that is held to be decided over whole, in bytes.
    var longest: Int { get }

    /// Decides over a whole message.
    func decide(_ message: Span<UInt8>) -> MessageVerdict

    /// Decides over a longer message by its first ``longest`` bytes.
    func begin(_ beginning: Span<UInt8>) -> LongMessageVerdict

    /// Whether the rest of a longer message is to be shown by ``goOn(_:)``. Otherwise it may be spliced unseen.
    var readsOn: Bool { get }

    /// Takes the next bytes of a longer message. False has the connection end before they go on: it cannot be undone that
    /// the beginning did.
    func goOn(_ bytes: Span<UInt8>) -> Bool

    /// The end of a longer message that was dropped: what its sender gets in reply.
    func endDropped() -> [UInt8]
}

/// What becomes of a message that was read whole.
public enum MessageVerdict: Sendable {
    /// It goes on as it came, in one frame.
    case pass
    /// Another payload goes on in its place.
    case replace(with: [UInt8])
    /// It does not go on; its sender gets this text in reply.
    case answer([UInt8])
}

/// What becomes of a message that is longer than a direction holds.
public enum LongMessageVerdict: Sendable {
    /// It goes on as it comes.
    case pass
    /// It does not go on; its sender gets this text in reply.
    case answer([UInt8])
    /// It does not go on; at its end its sender gets a reply.
    case drop
}
