import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// What a client gets when Chrome is not there, or does what no Chrome should.
@Suite struct ScriptedChromeAnswersTests {
    private static let quick = HandshakeTimeouts(chrome: .milliseconds(100))

    @Test func anAbsentChromeIsBadGateway() async throws {
        try await withProxy { proxy in
            await proxy.chrome.crash()
            let (answer, _) = try await proxy.upgrade()
            #expect(answer.status == 502)
            #expect(answer.error == "bad_gateway")
            #expect(try await proxy.askAdmitted("GET /json/version").status == 502)
            #expect(
                proxy.log.lines("connection_refused").map { $0["reason"] }
                    == Array(repeating: "chrome_unreachable", count: 2)
            )
            let health = try await proxy.ask("GET /health")
            #expect(health.status == 503)
            #expect(health.member("chrome") == "down")
            #expect(try await proxy.metrics()["cdp_proxy_chrome_up"] == 0)
        }
    }

    @Test func aChromeThatComesLaterIsUsed() async throws {
        try await withProxy { proxy in
            let port = proxy.chrome.port
            await proxy.chrome.crash()
            #expect(try await proxy.upgrade().answer.status == 502)
            let later = try ScriptedChrome(on: proxy.loop, port: port)
            defer { later.close() }
            let (answer, client) = try await proxy.upgrade()
            #expect(answer.status == 101)
            client.close()
            #expect(try await later.socket().end() != nil)
        }
    }

    @Test(arguments: [true, false]) func aSilentChromeIsBadGatewayAtItsDeadline(_ isUpgrade: Bool) async throws {
        try await withProxy(timeouts: Self.quick) { proxy in
            proxy.chrome.script = { $0.isUpgrade == isUpgrade ? .silence : .usual }
            let (answer, _) = try await proxy.upgrade()
            #expect(answer.status == 502)
            #expect(proxy.log.lines("connection_refused").map { $0["cause"] } == ["no answer in time"])
        }
    }

    @Test func aChromeThatStopsWithinItsAnswerIsSilent() async throws {
        try await withProxy(timeouts: Self.quick) { (proxy: ProxyHarness) async throws in
            proxy.chrome.script = { _ in .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".utf8)) }
            #expect(try await proxy.askAdmitted("GET /json/version").status == 502)
            #expect(proxy.log.lines("connection_refused").map { $0["cause"] } == ["no answer in time"])
        }
    }

    @Test(arguments: [
        ("no HTTP at all\r\n\r\n", "an answer that makes no sense"),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "an answer that makes no sense"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{", "an answer that makes no sense"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nnot JSON", "an answer that makes no sense"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "an answer that makes no sense"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "an answer that makes no sense"),
        (
            "HTTP/1.1 200 OK\r\n\r\n{\"webSocketDebuggerUrl\":\"ws://127.0.0.1:9222/devtools/browser/../../etc\"}",
            "an answer that makes no sense"
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\n{\"webSocketDebuggerUrl\":\"ws://127.0.0.1:9222/devtools/browser/a\\r\\nX: y\"}",
            "an answer that makes no sense"
        ),
        ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "an answer that makes no sense"),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "an answer that makes no sense"),
        ("", "an answer that makes no sense"),
    ])
    func garbageInPlaceOfAnAnswerIsBadGateway(_ bytes: String, _ cause: String) async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            proxy.chrome.script = { _ in .last(Array(bytes.utf8)) }
            #expect(try await proxy.upgrade().answer.status == 502)
            #expect(try await proxy.askAdmitted("GET /json/version").status == 502)
            #expect(proxy.log.lines("connection_refused").map { $0["cause"] } == [cause, cause])
            #expect(try await proxy.ask("GET /health").status == 503)
        }
    }

    @Test func aResetIsUnreachable() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            proxy.chrome.script = { _ in .reset }
            #expect(try await proxy.upgrade().answer.status == 502)
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == ["chrome_unreachable"])
        }
    }

    @Test(arguments: [
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        "garbage\r\n\r\n",
    ])
    func aHandshakeThatIsNoneIsBadGateway(_ bytes: String) async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            proxy.chrome.script = { $0.isUpgrade ? .raw(Array(bytes.utf8)) : .usual }
            #expect(try await proxy.upgrade().answer.status == 502)
            #expect(proxy.log.lines("connection_refused").map { $0["cause"] } == ["an answer that makes no sense"])
            #expect(try await proxy.metrics()["cdp_proxy_connections_total"] == 0)
        }
    }

    @Test func anExtensionNobodyAskedForIsGarbage() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            proxy.chrome.script = { request in
                guard request.isUpgrade else { return .usual }
                let answer = ScriptedChrome.handshakeAnswer(to: request).dropLast(2)
                return .raw(answer + Array("Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".utf8))
            }
            #expect(try await proxy.upgrade().answer.status == 502)
        }
    }

    @Test(arguments: ["/devtools/browser/99999999-0000-4000-8000-000000000000", "/devtools/page/CLOSED"])
    func aStaleIdIsNotFoundAndToldSo(_ target: String) async throws {
        try await withProxy { proxy in
            let (answer, _) = try await proxy.upgrade(target)
            #expect(answer.status == 404)
            #expect(answer.errorDescription?.contains("Chrome was restarted") == true)
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == ["no_such_endpoint"])
        }
    }

    @Test(arguments: ["GET /json/activate/CLOSED", "GET /json/close/CLOSED"])
    func aStalePageIsNotFound(_ line: String) async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            #expect(try await proxy.askAdmitted(line).status == 404)
        }
    }

    @Test func aRestartedChromeHasAnotherId() async throws {
        try await withProxy { proxy in
            let first = try await proxy.open()
            let old = first.chrome.path
            proxy.chrome.browserID = "33333333-aaaa-4bbb-8ccc-444444444444"
            let second = try await proxy.open()
            #expect(second.chrome.path == "/devtools/browser/33333333-aaaa-4bbb-8ccc-444444444444")
            #expect(try await proxy.upgrade(old).answer.status == 404)
        }
    }

    @Test func theRootIsTheFirstPageIfSoConfigured() async throws {
        try await withProxy(["CDP_PROXY_ROOT": "page"]) { proxy in
            #expect(try await proxy.open("/").chrome.path == "/devtools/page/PAGE1")
            #expect(try await proxy.open("/cdp").chrome.path == "/devtools/page/PAGE1")
            let browser = "/devtools/browser/\(proxy.chrome.browserID)"
            #expect(try await proxy.open("/devtools/browser").chrome.path == browser)
            proxy.chrome.pages = []
            let (answer, _) = try await proxy.upgrade("/")
            #expect(answer.status == 404)
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == ["no_such_endpoint"])
        }
    }

    @Test func aChromeThatFailsIsAskedOnceForManyWhoWantToKnow() async throws {
        try await withProxy(timeouts: HandshakeTimeouts(probe: .seconds(3600))) { (proxy: ProxyHarness) async throws in
            proxy.chrome.script = { _ in .last(Array("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n".utf8)) }
            for _ in 0..<5 { #expect(try await proxy.ask("GET /health").status == 503) }
            #expect(try await proxy.askAdmin("GET /health").status == 503)
            #expect(try await proxy.askAdmin("GET /ready").status == 503)
            #expect(try await proxy.metrics()["cdp_proxy_chrome_up"] == 0)
            #expect(proxy.chrome.requests.map(\.target) == ["/json/version"])
        }
    }

    @Test func chromeIsAskedOnceForManyWhoWantToKnow() async throws {
        try await withProxy { proxy in
            proxy.chrome.script = { _ in .silence }
            let clients = [try await proxy.client(), try await proxy.client(), try await proxy.client()]
            for client in clients { try await client.send(WireClient.head("GET /health")) }
            _ = try await proxy.chrome.request()
            // An answer to a fourth says that the three have been read.
            #expect(try await proxy.ask("GET /json").status == 401)
            proxy.chrome.answerSilenced()
            for client in clients { #expect(try await client.answer().status == 200) }
            #expect(try await proxy.ask("GET /health").status == 200)
            #expect(proxy.chrome.requests.count == 1)
        }
    }
}
