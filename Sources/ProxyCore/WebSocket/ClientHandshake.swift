/// Our own handshake with Chrome, or with a proxy in front of one: one request, and the check of its answer (RFC 6455 section 4.1).
///
/// The request has nothing of any client's in it: no `Origin`, no cookies, no extensions, a fresh random key.
public struct ClientHandshake: Sendable {
    private let key: WebSocketKey

    /// A handshake with a fresh random key, good for one connection.
    public init(using generator: inout some RandomNumberGenerator) {
        self.init(key: .random(using: &generator))
    }

    /// A handshake with a known key, for tests.
    init(key: WebSocketKey) {
        self.key = key
    }

    /// The bytes that ask for a WebSocket on `path`, such as `/devtools/browser/ID`.
    ///
    /// - Precondition: `path` is in origin-form and holds only bytes that a target may (see `RequestHead.target`).
    public func request(path: some Sequence<UInt8>, to recipient: RequestRecipient = .chrome) -> [UInt8] {
        var bytes = OutgoingRequest.start("GET", target: path, to: recipient)
        bytes.append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
        bytes += key.characters
        bytes.append("\r\n\r\n")
        return bytes
    }

    /// Checks that `head` opens the WebSocket that was asked for, with nothing agreed to that was not offered.
    public func check(_ head: ResponseHead) throws(HandshakeFault) {
        guard head.status == HTTPStatus.switchingProtocols.code else { throw .refused(status: head.status) }
        guard head.version == .http11 else { throw .notAnUpgrade }
        let fields = head.fields
        guard fields.list(of: .upgrade, contains: .webSocket) else { throw .notAnUpgrade }
        guard fields.list(of: .connection, contains: .upgrade) else { throw .notAnUpgrade }
        guard fields.count(of: .secWebSocketAccept) == 1, let accept = fields.first(of: .secWebSocketAccept),
            accept.span.hasSameBytes(as: key.accept.span)
        else { throw .acceptWrong }
        guard !fields.contains(.secWebSocketExtensions) else { throw .extensionUnasked }
        guard !fields.contains(.secWebSocketProtocol) else { throw .protocolUnasked }
    }
}

/// Why an answer to our handshake does not open a WebSocket.
public enum HandshakeFault: Error, Sendable, Equatable {
    /// Another status than 101: 404 for an id that Chrome does not have (any more), 500 for a `Host` it does not take.
    case refused(status: UInt16)
    /// A 101 that is not to `websocket`, or by HTTP/1.0.
    case notAnUpgrade
    /// `Sec-WebSocket-Accept` is missing, repeated, or not the answer to our key.
    case acceptWrong
    /// An extension was agreed to, and none was offered.
    case extensionUnasked
    /// A subprotocol was agreed to, and none was offered.
    case protocolUnasked
}
