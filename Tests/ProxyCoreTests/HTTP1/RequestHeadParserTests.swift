import ProxyCore
import Testing

@Suite struct RequestHeadParserTests {
    /// What a WebSocket client sends, in short.
    static let upgrade = "GET /cdp?signingKey=a.b.c HTTP/1.1\r\nHost: localhost:9223\r\nUpgrade: websocket\r\n\r\n"

    @Test(arguments: [
        (upgrade, "get /cdp?signingKey=a.b.c http11 2"),
        ("GET / HTTP/1.1\r\nHost:a\r\n\r\n", "get / http11 1"),
        ("GET /health HTTP/1.0\r\n\r\n", "get /health http10 0"),
        (
            "PUT /json/new?http%3A%2F%2Fa%2F HTTP/1.1\r\nHost: [::1]:1\r\n\r\n",
            "put /json/new?http%3A%2F%2Fa%2F http11 1"
        ),
        ("POST /ticket HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "post /ticket http11 2"),
        ("BREW /pot?{|}[]^` HTTP/1.1\r\nHost: a\r\n\r\n", "other /pot?{|}[]^` http11 1"),
        ("GET / HTTP/1.1\r\nhOST: \t a \t\r\nX-Empty:\r\nX-Blank: \t \r\nX-Latin: \u{e9}\r\n\r\n", "get / http11 4"),
    ])
    func readsAHeadInWhicheverPiecesItComes(_ head: String, _ summary: String) {
        let bytes = Array(head.utf8)
        #expect(HeadOutcome.ofEverySplit(bytes) == [.parsed(summary, byteCount: bytes.count)])
    }

    @Test func waitsForTheEndOfTheHead() {
        let bytes = Array(Self.upgrade.utf8)
        for length in 0..<bytes.count {
            #expect(HeadOutcome.ofEverySplit(Array(bytes[..<length]), isComplete: false) == [.incomplete])
        }
    }

    @Test func offersTheRequestsParts() throws {
        let head = try makeHead("GET /a/b?c=d?e HTTP/1.1\r\nHost: example.com:81\r\nX: 1\r\nY: 2\r\nx: 3\r\n\r\n")
        #expect(head.method == .get)
        #expect(head.version == .http11)
        #expect(text(head.target) == "/a/b?c=d?e")
        #expect(text(head.path) == "/a/b")
        #expect(head.query.map(text) == "c=d?e")
        #expect(head.authority == Authority("example.com:81"))
        #expect(head.contentLength == 0)
        #expect(head.fields.values(of: FieldName("X")).map(text) == ["1", "3"])
        #expect(head.fields.first(of: FieldName("x")).map(text) == "1")
        #expect(head.fields.string(of: FieldName("y")) == "2")
        #expect(head.fields.count(of: FieldName("X")) == 2)
        #expect(head.fields.first(of: FieldName("Z")) == nil)
        #expect(!head.fields.contains(.origin))
    }

    @Test func aTargetWithoutAQuestionMarkHasNoQuery() throws {
        #expect(try makeHead("GET / HTTP/1.1\r\nHost: a\r\n\r\n").query == nil)
        #expect(try makeHead("GET /? HTTP/1.1\r\nHost: a\r\n\r\n").query?.isEmpty == true)
    }

    @Test(arguments: [
        ("GET", RequestMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
        ("OPTIONS", .options), ("get", .other), ("PATCH", .other), ("GETS", .other), ("!", .other),
    ])
    func tellsMethodsApart(_ name: String, _ method: RequestMethod) throws {
        #expect(try makeHead("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n").method == method)
    }

    @Test func leavesTheBytesBehindTheHeadToTheCaller() throws {
        let head = try makeHead(Self.upgrade + "first frame")
        #expect(head.byteCount == Self.upgrade.utf8.count)
    }

    @Test func findsTokensInLists() throws {
        let head = try makeHead(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, ,\tUpgrade\t,x\r\nconnection: close\r\n"
                + "Upgrade: websocket/13\r\n\r\n"
        )
        #expect(head.fields.list(of: .connection, contains: .upgrade))
        #expect(head.fields.list(of: .connection, contains: Token("CLOSE")))
        #expect(head.fields.list(of: .connection, contains: Token("x")))
        #expect(!head.fields.list(of: .connection, contains: Token("keep")))
        #expect(!head.fields.list(of: .upgrade, contains: .webSocket))
        #expect(!head.fields.list(of: .origin, contains: .webSocket))
    }

    @Test func takesABodyWhereOneBelongs() throws {
        let limits = HTTPLimits(body: 10)
        func post(_ length: Int) throws -> RequestHead {
            try makeHead("POST /revoke HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n", limits: limits)
        }
        #expect(try post(10).contentLength == 10)
        #expect(throws: HTTPRefusal.bodyTooLarge) { try post(11) }
    }

    @Test func nothingOfItPrintsAByteOfTheMessage() throws {
        let head = try makeHead("GET /?signingKey=secret HTTP/1.1\r\nHost: secret\r\n\r\n")
        let answer = HTTPResponse(.ok, json: Array("secret".utf8))
        for value in [head, head.fields, QueryParameters(head.query), answer] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            let printed = "\(value) \(String(reflecting: value)) \(dumped)"
            // Bytes are printed as numbers: 115 is the `s`.
            #expect(!printed.contains("secret") && !printed.contains("115"))
        }
    }
}
