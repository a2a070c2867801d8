/// A client's request for a WebSocket, checked: the server may answer it with 101.
///
/// The rules are those of RFC 6455 section 4.2.1, read strictly. No subprotocol is ever agreed to, and no extension but
/// permessage-deflate; nothing is offered to Chrome.
public struct WebSocketUpgrade: Sendable {
    /// The client's key.
    public let key: WebSocketKey

    /// Whether `head` asks for a WebSocket, well or badly: it names the protocol, or has a field only a handshake has.
    ///
    /// A request for another protocol, such as curl's `h2c`, is an ordinary request (RFC 9110 section 7.8).
    public static func isAttempted(by head: RequestHead) -> Bool {
        head.fields.list(of: .upgrade, contains: .webSocket) || head.fields.contains(.secWebSocketKey)
            || head.fields.contains(.secWebSocketVersion)
    }

    /// Checks everything but the path, the credential and `Origin`, which are others' to judge.
    public init(_ head: RequestHead) throws(UpgradeRefusal) {
        guard head.method == .get else { throw .methodNotGet }
        guard head.version == .http11 else { throw .versionHTTP10 }
        let fields = head.fields
        guard fields.list(of: .upgrade, contains: .webSocket) else { throw .upgradeMissing }
        guard fields.list(of: .connection, contains: .upgrade) else { throw .connectionMissing }
        // RFC 6455 sections 11.3.1 and 11.3.5: neither field may appear twice in a request.
        switch fields.count(of: .secWebSocketVersion) {
        case 0: throw .versionUnsupported
        case 1: break
        default: throw .versionRepeated
        }
        guard let version = fields.first(of: .secWebSocketVersion), version.elementsEqual("13".utf8) else {
            throw .versionUnsupported
        }
        guard let value = fields.first(of: .secWebSocketKey) else { throw .keyMissing }
        guard fields.count(of: .secWebSocketKey) == 1 else { throw .keyRepeated }
        guard let key = WebSocketKey(value) else { throw .keyMalformed }
        self.key = key
    }

    /// The 101 that answers the request (RFC 6455 section 4.2.2), and agrees to compression if it is given; frames follow it at
    /// once.
    public func answer(agreeingTo compression: PermessageDeflate? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(192)
        bytes.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        bytes.append("Sec-WebSocket-Accept: ")
        bytes += key.accept
        if let compression {
            bytes.append("\r\nSec-WebSocket-Extensions: ")
            bytes.append(compression.answer)
        }
        bytes.append("\r\n\r\n")
        return bytes
    }
}
