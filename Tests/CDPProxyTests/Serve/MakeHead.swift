import ProxyCore

/// The head of a request with this line and these fields, `Host` among them.
func makeHead(
    _ line: String,
    fields: String = "Host: localhost:9223\r\n",
    isUpgrade: Bool = false
) throws -> RequestHead {
    let upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    var parser = RequestHeadParser()
    let text = "\(line)\r\n\(fields)\(isUpgrade ? upgrade : "")\r\n"
    guard let head = try parser.parse(Array(text.utf8).span) else { throw IncompleteHead() }
    return head
}

/// A test's own head has no end.
struct IncompleteHead: Error {}

/// `bytes` as text, for comparisons that read well when they fail.
func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
