public import ProxyCore

/// A stream of text messages with Chrome at its other end, as much of it as the CDP client needs. Used by one isolation
/// at a time; `WebSocketStream` is one, and tests script their own.
public protocol MessageStream: AnyObject {
    /// Sends one message of UTF-8 text.
    func send(_ text: [UInt8]) async throws(WebSocketStreamError)

    /// Waits for the next message.
    func receive() async throws(WebSocketStreamError) -> [UInt8]

    /// Sets the moment at which whatever waits, now or later, fails; nil for none.
    func setDeadline(_ deadline: Instant?)
}

extension WebSocketStream: MessageStream {}
