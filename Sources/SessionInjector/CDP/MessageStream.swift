public import ProxyCore

/// A stream of text messages to and from Chrome: the part of `WebSocketStream` that the CDP client uses. One isolation
/// at a time may use it. Tests script their own.
public protocol MessageStream: AnyObject {
    /// Sends one message of UTF-8 text.
    func send(_ text: [UInt8]) async throws(WebSocketStreamError)

    /// Waits for the next message.
    func receive() async throws(WebSocketStreamError) -> [UInt8]

    /// Sets the moment at which every wait fails, a later one included; nil for none.
    func setDeadline(_ deadline: Instant?)
}

extension WebSocketStream: MessageStream {}
