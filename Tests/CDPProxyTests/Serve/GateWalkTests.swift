import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Every route with no credential, a bad one and a good one: nothing routes around the gate.
@Suite struct GateWalkTests {
    /// A request, and what it is answered once its credential is good.
    struct Walk: Sendable, CustomTestStringConvertible {
        let line: String
        let status: Int
        var isUpgrade = false
        var allow: String?

        var testDescription: String { isUpgrade ? "\(line) (upgrade)" : line }
    }

    static let walks: [Walk] =
        [
            "GET /", "GET /cdp", "GET /cdp/", "GET /devtools/browser", "GET /devtools/browser/",
            "GET /devtools/browser/11111111-aaaa-4bbb-8ccc-222222222222", "GET /devtools/page/PAGE1",
        ].map { Walk(line: $0, status: 101, isUpgrade: true) }
        + [
            "GET /json/version", "GET /json/version/", "GET /json", "GET /json/", "GET /json/list", "GET /json/list/",
            "GET /json/protocol", "GET /json/protocol/", "PUT /json/new", "PUT /json/new/?about:blank",
            "GET /json/activate/PAGE1", "GET /json/activate/PAGE1/", "GET /json/close/PAGE1", "GET /?/json/version/",
            "GET /?/json", "GET /?/json/list", "get /json/version", "put /json/new", "Get /cdp?/json/protocol",
            "POST /ticket",
        ].map { Walk(line: $0, status: 200) }
        + [
            "GET /", "GET /cdp", "GET /nothing", "GET /devtools/inspector.html", "GET /json/nothing", "GET /metrics",
            "POST /drain", "GET /connections", "OPTIONS /nothing", "HEAD /nothing", "DELETE /devtools/page/PAGE1",
        ].map { Walk(line: $0, status: 404) }
        + [Walk(line: "GET /json/version", status: 404, isUpgrade: true)]
        + [
            ("POST /json/version", "GET"), ("HEAD /json/list", "GET"), ("DELETE /json", "GET"),
            ("GET /json/new", "PUT"), ("PUT /json/close/PAGE1", "GET"), ("POST /json/activate/PAGE1", "GET"),
            ("GET /ticket", "POST"), ("POST /health", "GET, HEAD"),
        ].map { Walk(line: $0.0, status: 405, allow: $0.1) }

    @Test(arguments: walks) func asksForACredential(_ walk: Walk) async throws {
        try await withProxy { proxy in
            for refused in [[], ["Authorization: Bearer \(Tokens.make(secret: Tokens.otherSecret))"]] {
                let answer = try await proxy.ask(walk.line, refused, isUpgrade: walk.isUpgrade)
                #expect(answer.status == 401)
                #expect(answer["WWW-Authenticate"] != nil)
                #expect(answer["Allow"] == nil)
            }
            #expect(proxy.chrome.requests.isEmpty)

            let good = ["Authorization: Bearer \(Tokens.make())"]
            let answer = try await proxy.ask(walk.line, good, isUpgrade: walk.isUpgrade)
            #expect(answer.status == walk.status)
            #expect(answer["Allow"] == walk.allow)
            if walk.status == 404 || walk.status == 405 { #expect(proxy.chrome.requests.isEmpty) }
            if walk.line.hasPrefix("HEAD ") { #expect(answer.body.isEmpty) }
        }
    }

    @Test(arguments: [[], ["Authorization: Bearer nonsense"]])
    func healthIsOpen(_ fields: [String]) async throws {
        try await withProxy { proxy in
            let answer = try await proxy.ask("GET /health", fields)
            #expect(answer.status == 200)
            #expect(answer.member("status") == "ok")
            let head = try await proxy.ask("HEAD /health", fields)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head["Content-Length"] == answer["Content-Length"])
        }
    }

    @Test(arguments: [
        ("/?signingKey=", "/devtools/browser/11111111-aaaa-4bbb-8ccc-222222222222"),
        ("/devtools/page/PAGE1?x=1&signingKey=", "/devtools/page/PAGE1"),
    ])
    func nothingOfAHandshakeReachesChrome(_ target: String, _ path: String) async throws {
        try await withProxy(["CDP_PROXY_ALLOWED_ORIGINS": "https://app.example"]) { proxy in
            let fields = [
                "Cookie: session=client-cookie", "Origin: https://app.example", "User-Agent: client-agent",
                "Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: client-protocol",
                "X-Forwarded-For: 10.9.9.9",
            ]
            _ = try await proxy.open(target + Tokens.make(), fields, token: nil)
            let request = try #require(proxy.chrome.requests.last)
            #expect(request.line == "GET \(path) HTTP/1.1")
            #expect(
                request.fields.dropLast() == [
                    "Host: 127.0.0.1:9222", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                ]
            )
            #expect(request.fields.last?.hasPrefix("Sec-WebSocket-Key: ") == true)
            #expect(request.value(of: "Sec-WebSocket-Key") != "dGhlIHNhbXBsZSBub25jZQ==")
        }
    }

    @Test(arguments: [
        ("GET /json/version?signingKey=", "GET /json/version HTTP/1.1"),
        ("GET /json/list/?x=y&signingKey=", "GET /json/list HTTP/1.1"),
        ("GET /json/protocol?signingKey=", "GET /json/protocol HTTP/1.1"),
        ("PUT /json/new?http%3A%2F%2Fa.example%2F&signingKey=", "PUT /json/new?http%3A%2F%2Fa.example%2F HTTP/1.1"),
        ("GET /json/activate/PAGE1/?signingKey=", "GET /json/activate/PAGE1 HTTP/1.1"),
        ("GET /json/close/PAGE1?signingKey=", "GET /json/close/PAGE1 HTTP/1.1"),
    ])
    func nothingOfARequestReachesChrome(_ line: String, _ asked: String) async throws {
        try await withProxy { proxy in
            let answer = try await proxy.ask(line + Tokens.make(), ["Cookie: a=b", "Referer: http://c.example/"])
            #expect(answer.status == 200)
            // The only other request looks up which Chrome process it is.
            let lines = proxy.chrome.requests.map(\.line)
            #expect(lines.contains(asked))
            #expect(Set(lines).isSubset(of: [asked, "GET /json/version HTTP/1.1"]))
            for request in proxy.chrome.requests {
                #expect(request.fields == ["Host: 127.0.0.1:9222", "Connection: close"])
            }
        }
    }

    @Test func whatHoldsNoLinkIsHandedOnAsItIs() async throws {
        try await withProxy { proxy in
            let protocolAnswer = try await proxy.askAdmitted("GET /json/protocol")
            #expect(protocolAnswer.text == #"{"domains":[]}"#)
            #expect(protocolAnswer["Content-Type"] == "application/json")
            let activated = try await proxy.askAdmitted("GET /json/activate/PAGE1")
            #expect(activated.text == "Target activated")
            // Never as the HTML that Chrome calls it.
            #expect(activated["Content-Type"] == "text/plain")
        }
    }

    @Test func withoutAHostNoLinkCanBeMade() async throws {
        try await withProxy { proxy in
            let token = "Authorization: Bearer \(Tokens.make())\r\n"
            for (line, status) in [("GET /health", 200), ("GET /json/version", 400), ("GET /json/protocol", 200)] {
                let client = try await proxy.client()
                try await client.send("\(line) HTTP/1.0\r\n\(token)\r\n")
                #expect(try await client.answer().status == status, "\(line)")
            }
        }
    }

    @Test func linksLeadBackThroughTheProxy() async throws {
        try await withProxy { proxy in
            let token = Tokens.make()
            let version = try await proxy.ask("GET /?signingKey=\(token)/json/version/")
            let url = try #require(version.member("webSocketDebuggerUrl")?.stringValue)
            #expect(url == "ws://proxy.test:9223/devtools/browser?signingKey=\(token)")

            let list = try await proxy.askAdmitted("GET /json/list")
            let page = try #require(try JSONValue.parse(list.body).arrayValue?.first)
            let link = try #require(page["webSocketDebuggerUrl"]?.stringValue)
            let start = "ws://proxy.test:9223"
            #expect(link.hasPrefix("\(start)/devtools/page/PAGE1?ticket="))
            #expect(page["devtoolsFrontendUrl"] == nil)
            #expect(!list.text.contains(token))
            _ = try await proxy.open(String(link.dropFirst(start.count)), token: nil)
        }
    }
}
