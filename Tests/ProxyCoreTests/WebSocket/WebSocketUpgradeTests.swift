import Testing

@testable import ProxyCore

@Suite struct WebSocketUpgradeTests {
    private static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    private static let version = "Sec-WebSocket-Version: 13\r\n"
    private static let upgrade = "Upgrade: websocket\r\n"
    private static let connection = "Connection: Upgrade\r\n"

    /// A handshake whose fields behind `Host` are `fields`.
    private static func make(
        _ fields: String = key + version + upgrade + connection,
        line: String = "GET / HTTP/1.1"
    ) throws -> RequestHead {
        try makeHead("\(line)\r\nHost: a\r\n\(fields)\r\n")
    }

    @Test func answersTheExampleOfTheRFC() throws {
        let upgrade = try WebSocketUpgrade(Self.make())
        #expect(
            text(upgrade.answer())
                == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        )
    }

    @Test(arguments: [
        key + version + "Upgrade: WebSocket\r\n" + "Connection: keep-alive, upgrade\r\n",
        key + version + "Upgrade: h2c, websocket\r\n" + "Connection: keep-alive\r\nConnection: UPGRADE\r\n",
        key + version + upgrade + connection + "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            + "Sec-WebSocket-Protocol: a, b\r\nOrigin: http://a\r\nContent-Length: 0\r\n",
    ])
    func takesWhatClientsSend(_ fields: String) throws {
        let upgrade = try WebSocketUpgrade(Self.make(fields))
        #expect(!text(upgrade.answer()).contains("Extensions"))
        #expect(!text(upgrade.answer()).contains("Protocol:"))
    }

    @Test(arguments: [
        (version + upgrade + connection, UpgradeRefusal.keyMissing),
        (key + key + version + upgrade + connection, .keyRepeated),
        (key + version + connection, .upgradeMissing),
        (key + version + connection + "Upgrade: websocket/13\r\n", .upgradeMissing),
        (key + version + connection + "Upgrade: h2c\r\n", .upgradeMissing),
        (key + version + upgrade, .connectionMissing),
        (key + version + upgrade + "Connection: keep-alive\r\n", .connectionMissing),
        (key + upgrade + connection, .versionUnsupported),
        (key + upgrade + connection + "Sec-WebSocket-Version: 8\r\n", .versionUnsupported),
        (key + upgrade + connection + "Sec-WebSocket-Version: 013\r\n", .versionUnsupported),
        (key + upgrade + connection + "Sec-WebSocket-Version: 13, 8\r\n", .versionUnsupported),
        (key + upgrade + connection + "Sec-WebSocket-Version:\r\n", .versionUnsupported),
        (key + version + version + upgrade + connection, .versionRepeated),
        (key + version + "Sec-WebSocket-Version: 8\r\n" + upgrade + connection, .versionRepeated),
    ])
    func refusesAHandshake(_ fields: String, _ refusal: UpgradeRefusal) throws {
        let head = try Self.make(fields)
        #expect(WebSocketUpgrade.isAttempted(by: head))
        #expect(throws: refusal) { try WebSocketUpgrade(head) }
    }

    @Test(arguments: [
        ("POST / HTTP/1.1", UpgradeRefusal.methodNotGet),
        ("HEAD / HTTP/1.1", .methodNotGet),
        ("GET / HTTP/1.0", .versionHTTP10),
    ])
    func refusesALine(_ line: String, _ refusal: UpgradeRefusal) throws {
        let head = try Self.make(line: line)
        #expect(throws: refusal) { try WebSocketUpgrade(head) }
    }

    @Test(arguments: ["", "Connection: keep-alive\r\n", connection + "Upgrade: h2c\r\nHTTP2-Settings: AA\r\n"])
    func leavesOtherRequestsAlone(_ fields: String) throws {
        #expect(try !WebSocketUpgrade.isAttempted(by: Self.make(fields)))
    }

    @Test func saysWhichVersionItSpeaks() {
        var response = HTTPResponse(UpgradeRefusal.versionUnsupported.status)
        response.setFields(for: .versionUnsupported)
        let answer = text(response.serialized())
        #expect(answer.hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
        #expect(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"))
        #expect(answer.contains("\r\nUpgrade: websocket\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
    }

    @Test(arguments: UpgradeRefusal.allCases)
    func answersEveryRefusalWithAnErrorStatus(_ refusal: UpgradeRefusal) {
        #expect([400, 405, 426].contains(refusal.status.code))
        var response = HTTPResponse(refusal.status)
        response.setFields(for: refusal)
        #expect(text(response.serialized()).contains("\r\nAllow: GET\r\n") == (refusal.status == .methodNotAllowed))
    }
}

@Suite struct WebSocketKeyTests {
    @Test(arguments: [
        "dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA==", "/////////////////////w==", "+/+/+/+/+/+/+/+/+/+/+g==",
    ])
    func takesSixteenBytesInCanonicalBase64(_ value: String) {
        #expect(WebSocketKey(ArraySlice(value.utf8)).map { text($0.characters) } == value)
    }

    @Test(arguments: [
        "", "==", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ===",
        "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZTEy",
        "dGhlIHNhbXBsZSBub25j_Q==", "dGhlIHNhbXBs ZSBub25jQ==", "dGhlIHNhbXBsZSBub25jZQAAAAAA==",
        "d=hlIHNhbXBsZSBub25jZQ==",
        "\u{e9}GhlIHNhbXBsZSBub25jZ==",
    ])
    func refusesAnythingElse(_ value: String) {
        #expect(WebSocketKey(ArraySlice(value.utf8)) == nil)
    }

    @Test func makesKeysOfItsOwnThatDiffer() {
        var random = BatchedRandom()
        let keys = (0..<100).map { _ in WebSocketKey.random(using: &random) }
        for key in keys { #expect(WebSocketKey(key.characters[...]) == key) }
        #expect(Set(keys.map(\.characters)).count == keys.count)
    }
}

@Suite struct ClientHandshakeTests {
    /// A handshake with the key of the RFC's example.
    private static func make() throws -> ClientHandshake {
        ClientHandshake(key: try #require(WebSocketKey(ArraySlice("dGhlIHNhbXBsZSBub25jZQ==".utf8))))
    }

    private static func makeAnswer(_ text: String) throws -> ResponseHead {
        var parser = ResponseHeadParser()
        return try #require(try parser.parse(Array(text.utf8).span))
    }

    @Test func asksWithNothingOfAClients() throws {
        #expect(
            text(try Self.make().request(path: "/devtools/browser/1-a".utf8))
                == "GET /devtools/browser/1-a HTTP/1.1\r\nHost: 127.0.0.1:9222\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
    }

    @Test func takesTheAnswerOfItsOwnServerSide() throws {
        var random = SystemRandomNumberGenerator()
        let handshake = ClientHandshake(using: &random)
        var requests = RequestHeadParser()
        let request = try #require(try requests.parse(handshake.request(path: "/".utf8).span))
        var answers = ResponseHeadParser()
        let answer = try #require(try answers.parse(WebSocketUpgrade(request).answer().span))
        try handshake.check(answer)
    }

    @Test func takesChromesAnswer() throws {
        let answer =
            "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        try Self.make().check(Self.makeAnswer(answer))
    }

    private static let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    private static let good = "Upgrade: websocket\r\nConnection: Upgrade\r\n"

    @Test(arguments: [
        ("HTTP/1.1 404 Not Found", "Content-Length: 0\r\n", HandshakeFault.refused(status: 404)),
        ("HTTP/1.1 200 OK", good + accept, .refused(status: 200)),
        ("HTTP/1.0 101 X", good + accept, .notAnUpgrade),
        ("HTTP/1.1 101 X", "Connection: Upgrade\r\n" + accept, .notAnUpgrade),
        ("HTTP/1.1 101 X", "Upgrade: websocket\r\n" + accept, .notAnUpgrade),
        ("HTTP/1.1 101 X", good, .acceptWrong),
        ("HTTP/1.1 101 X", good + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n", .acceptWrong),
        ("HTTP/1.1 101 X", good + accept + accept, .acceptWrong),
        ("HTTP/1.1 101 X", good + accept + "Sec-WebSocket-Extensions: permessage-deflate\r\n", .extensionUnasked),
        ("HTTP/1.1 101 X", good + accept + "Sec-WebSocket-Protocol: a\r\n", .protocolUnasked),
    ])
    func refusesAnAnswer(_ line: String, _ fields: String, _ fault: HandshakeFault) throws {
        let answer = try Self.makeAnswer("\(line)\r\n\(fields)\r\n")
        #expect(throws: fault) { try Self.make().check(answer) }
    }
}
