import ProxyCore
import Settings
import Synchronization
import TestSupport
import Testing

@testable import CDPProxy

/// Limits, deadlines, the drain and the end.
@Suite struct ProxyLifeTests {
    @Test func oneConnectionMoreThanMayBeIsTurnedAway() async throws {
        try await withProxy(["CDP_PROXY_MAX_CONNECTIONS": "1"]) { proxy in
            let (client, _) = try await proxy.open()
            let second = try await proxy.upgrade()
            #expect(second.answer.status == 503)
            #expect(second.answer["Retry-After"] == "5")
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == ["connection_limit"])
            #expect(try await proxy.askAdmitted("GET /json/version").status == 200)
            try client.reset()
            _ = try await proxy.log.line { $0.event == "closed" }
            _ = try await proxy.open()
        }
    }

    @Test func theLimitHoldsForThoseThatRace() async throws {
        try await withProxy(["CDP_PROXY_MAX_CONNECTIONS": "1"]) { proxy in
            proxy.chrome.script = { $0.isUpgrade ? .silence : .usual }
            let clients = [try await proxy.client(), try await proxy.client()]
            let head = WireClient.head("GET /", ["Authorization: Bearer \(Tokens.make())"], isUpgrade: true)
            for client in clients { try await client.send(head) }
            try await proxy.chrome.events.until("two handshakes") {
                proxy.chrome.requests.count { $0.isUpgrade } == 2
            }
            proxy.chrome.answerSilenced()
            var statuses: [Int] = []
            for client in clients { statuses.append(try await client.answer().status) }
            #expect(statuses.sorted() == [101, 503])
        }
    }

    // MARK: Deadlines

    @Test func halfAHeadIsAnsweredAtItsDeadline() async throws {
        try await withProxy(timeouts: HandshakeTimeouts(head: .milliseconds(500))) { proxy in
            let client = try await proxy.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a")
            let answer = try await client.answer()
            #expect(answer.status == 408)
            _ = try await proxy.log.line { $0.event == "request_refused" }
            #expect(proxy.log.lines("request_refused").map { $0["reason"] } == ["head_incomplete"])
        }
    }

    @Test func whoSaysNothingIsClosedWithoutAWord() async throws {
        try await withProxy(timeouts: HandshakeTimeouts(head: .milliseconds(100))) { proxy in
            let client = try await proxy.client()
            #expect(try await client.readToEnd().isEmpty)
            #expect(
                proxy.log.lines.allSatisfy {
                    ["state_not_kept", "listening", "role_secret_missing"].contains($0.event)
                }
            )
        }
    }

    @Test(arguments: [
        ("Authorization: Bearer ", 431, "head_too_large"),
        ("", 414, "start_line_too_long"),
    ])
    func aClientThatStillSendsReadsItsAnswer(_ field: String, _ status: Int, _ reason: String) async throws {
        try await withProxy { proxy in
            let token = String(repeating: "A", count: 64 << 10)
            let client = try await proxy.client()
            let head =
                field.isEmpty
                ? WireClient.head("GET /?signingKey=\(token)", isUpgrade: true)
                : WireClient.head("GET /", [field + token], isUpgrade: true)
            // In two parts: the second comes when the answer was given already.
            try await client.send(Array(head.utf8.prefix(20_000)))
            _ = try await proxy.log.line { $0.event == "request_refused" }
            try await client.send(Array(head.utf8.dropFirst(20_000)))
            client.finishSending()
            #expect(try await client.answer().status == status)
            #expect(proxy.log.lines("request_refused").map { $0["reason"] } == [reason])
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: a\n\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
        ("POST /ticket HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
        ("GET /json HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ])
    func aBadHeadIsRefusedAndClosed(_ bytes: String, _ status: Int) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(bytes)
            let answer = try await client.answer()
            #expect(answer.status == status)
            _ = try await proxy.log.line { $0.event == "request_refused" }
            #expect(proxy.log.lines("request_refused").count == 1)
            #expect(try await proxy.metrics().filter { $0.key.contains("rejected") }.values.reduce(0, +) == 0)
        }
    }

    @Test func anotherVersionOfWebSocketsIsToldOurs() async throws {
        try await withProxy { proxy in
            let fields = [
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 8",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            let answer = try await proxy.askAdmitted("GET /", fields)
            #expect(answer.status == 426)
            #expect(answer["Sec-WebSocket-Version"] == "13")
            #expect(answer["Upgrade"] == "websocket")
            #expect(answer.error == "websocket_version_unsupported")
            let line = try await proxy.log.line { $0.event == "request_refused" }
            #expect(answer.member("requestId")?.stringValue == line["requestId"])
            #expect(proxy.chrome.requests.isEmpty)
        }
    }

    // MARK: The drain

    @Test func aDrainTurnsAwayTheNewAndLetsTheLiveGoOn() async throws {
        try await withProxy(["CDP_PROXY_DRAIN": "1h"]) { proxy in
            let (client, chrome) = try await proxy.open()
            #expect(try await proxy.askAdmin("GET /ready").status == 200)
            #expect(try await proxy.askAsOperator("POST /drain").status == 202)

            let ready = try await proxy.askAdmin("GET /ready")
            #expect(ready.status == 503)
            #expect(ready.member("accepting") == false)
            let refused = try await proxy.upgrade()
            #expect(refused.answer.status == 503)
            #expect(refused.answer["Retry-After"] == "5")
            #expect(try await proxy.metrics()["cdp_proxy_draining"] == 1)

            let answer = WireFrame.text("{}")
            chrome.send(answer)
            #expect(try await client.read(answer.count) == answer)
            #expect(proxy.log.lines("closed").isEmpty)
        }
    }

    @Test(arguments: loopCounts) func atTheDrainsEndTheLiveAreToldToComeBack(loops: String) async throws {
        try await withProxy(["CDP_PROXY_DRAIN": "100ms", "CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, _) = try await proxy.open()
            #expect(try await proxy.askAsOperator("POST /drain").status == 202)
            #expect(try await client.closing().code == 1012)
            client.close()
            let line = try await proxy.log.line { $0.event == "closed" }
            #expect(line.number("code") == 1012)
            #expect(line["side"] == "proxy")
        }
    }

    @Test func aSecondDrainChangesNothing() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            #expect(try await proxy.askAsOperator("POST /drain").status == 202)
            #expect(try await proxy.askAsOperator("POST /drain").status == 202)
            #expect(proxy.log.lines("draining").count == 1)
        }
    }

    @Test func aHandshakeUnderWayAtTheDrainIsRefused() async throws {
        try await withProxy { proxy in
            proxy.chrome.script = { $0.isUpgrade ? .silence : .usual }
            let client = try await proxy.client()
            let head = WireClient.head("GET /", ["Authorization: Bearer \(Tokens.make())"], isUpgrade: true)
            try await client.send(head)
            try await proxy.chrome.events.until("a handshake") { proxy.chrome.requests.contains(where: \.isUpgrade) }
            await proxy.server.drain()
            proxy.chrome.answerSilenced()
            #expect(try await client.answer().status == 503)
            #expect(try await proxy.chrome.socket().end() != nil)
        }
    }

    // MARK: The end

    @Test func stoppingEndsTheRunWhenTheLastClientHasGone() async throws {
        try await withProxy { proxy in
            let (client, _) = try await proxy.open()
            await proxy.server.stop()
            _ = try await proxy.log.line { $0.event == "draining" }
            #expect(proxy.log.lines("stopped").isEmpty)
            await #expect(throws: StreamError.self) { _ = try await proxy.client() }
            // Operators can still ask.
            #expect(try await proxy.askAdmin("GET /ready").status == 503)
            try client.reset()
            try await proxy.log.noted("run has ended")
            _ = try await proxy.log.line { $0.event == "stopped" }
            #expect(proxy.log.lines("stopped").count == 1)
            await #expect(throws: StreamError.self) { _ = try await proxy.askAdmin("GET /ready") }
        }
    }

    @Test func stoppingTwiceStopsOnce() async throws {
        try await withProxy { proxy in
            await proxy.server.stop()
            await proxy.server.stop()
            try await proxy.log.noted("run has ended")
            _ = try await proxy.log.line { $0.event == "stopped" }
            #expect(proxy.log.lines("stopped").count == 1)
        }
    }

    @Test func nothingKeepsAServerThatHasStopped() async throws {
        let seen = Mutex(Seen())
        try await withProxy(["CDP_PROXY_DRAIN": "1h"]) { proxy in
            seen.withLock { $0.server = proxy.server }
            let (client, chrome) = try await proxy.open()
            client.close()
            _ = try await chrome.end()
        }
        #expect(seen.withLock { $0.server == nil })
    }

    private struct Seen {
        weak var server: ProxyServer?
    }

    @Test(arguments: loopCounts) func stoppingEndsLiveConnectionsAtTheDrainsEnd(loops: String) async throws {
        try await withProxy(["CDP_PROXY_DRAIN": "0s", "CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, _) = try await proxy.open()
            await proxy.server.stop()
            #expect(try await client.closing().code == 1012)
            client.close()
            try await proxy.log.noted("run has ended")
        }
    }

    @Test func aMisspeltVariableIsWarnedOf() async throws {
        try await withProxy(["CDP_PROXY_LISTN": "x"]) { proxy in
            let line = try await proxy.log.line { $0.event == "unknown_variable" }
            #expect(line["name"] == "CDP_PROXY_LISTN")
        }
    }
}
