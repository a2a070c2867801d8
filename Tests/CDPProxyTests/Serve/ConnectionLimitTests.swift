import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Limits of connections in the whole proxy: who is refused, and who makes room.
@Suite struct ConnectionLimitTests {
    private static let question = WireFrame.text(#"{"id":1}"#, key: WireFrame.key)

    private static func token(_ id: String, session: String = "sess_1") -> String {
        Tokens.make(sessionID: session) { $0.tokenID = id }
    }

    @Test(arguments: [("SESSION", "session"), ("USER", "user"), ("ADDRESS", "address")], loopCounts)
    func theAnswerAndTheLogSayWhichLimitIsReached(_ limit: (name: String, cause: String), loops: String) async throws {
        let environment = ["CDP_PROXY_MAX_CONNECTIONS_PER_\(limit.name)": "1", "CDP_PROXY_LOOPS": loops]
        try await withProxy(environment) { proxy in
            let token = Tokens.make { $0.userID = "user_1" }
            let (client, _) = try await proxy.open(token: token)
            let refused = try await proxy.upgrade(token: token).answer
            #expect(refused.status == 503)
            #expect(refused["Retry-After"] == "5")
            #expect(refused.error == "unavailable")
            #expect(refused.errorDescription?.contains("one \(limit.cause)") == true)
            let line = try await proxy.log.line { $0.event == "connection_refused" }
            #expect(line["reason"] == "connection_limit")
            #expect(line["cause"] == limit.cause)
            let counter = #"cdp_proxy_connections_refused_total{reason="connection_limit"}"#
            #expect(try await proxy.metrics()[counter] == 1)
            try client.reset()
            _ = try await proxy.log.line { $0.event == "closed" }
            _ = try await proxy.open(token: token)
        }
    }

    @Test func anAddressIsTheClientsNotTheHops() async throws {
        let environment = ["CDP_PROXY_MAX_CONNECTIONS_PER_ADDRESS": "1", "CDP_PROXY_TRUSTED_PROXIES": "127.0.0.1"]
        try await withProxy(environment) { proxy in
            _ = try await proxy.open("/", ["X-Forwarded-For: 192.0.2.1"])
            _ = try await proxy.open("/", ["X-Forwarded-For: 192.0.2.2"])
            #expect(try await proxy.upgrade("/", ["X-Forwarded-For: 192.0.2.2"]).answer.status == 503)
            // A hop that names no client is many of them.
            _ = try await proxy.open()
            _ = try await proxy.open()
        }
    }

    @Test func aHandshakeThatFailsGivesItsPlaceBack() async throws {
        try await withProxy(["CDP_PROXY_MAX_CONNECTIONS": "2", "CDP_PROXY_TOKEN_USE": "once"]) { proxy in
            proxy.chrome.script = { $0.isUpgrade ? .silence : .usual }
            let token = Self.token("a")
            let clients = [try await proxy.client(), try await proxy.client()]
            let head = WireClient.head("GET /", ["Authorization: Bearer \(token)"], isUpgrade: true)
            for client in clients { try await client.send(head) }
            try await proxy.chrome.events.until("two handshakes") {
                proxy.chrome.requests.count { $0.isUpgrade } == 2
            }
            proxy.chrome.answerSilenced()
            var statuses: [Int] = []
            for client in clients { statuses.append(try await client.answer().status) }
            #expect(statuses.sorted() == [101, 401])
            proxy.chrome.script = { _ in .usual }
            for client in clients { client.close() }
            _ = try await proxy.log.line { $0.event == "closed" }
            _ = try await proxy.open(token: Self.token("b"))
            _ = try await proxy.open(token: Self.token("c"))
        }
    }

    // MARK: Eviction

    @Test(arguments: ["CDP_PROXY_MAX_CONNECTIONS", "CDP_PROXY_MAX_CONNECTIONS_PER_SESSION"], ["1", "2", "3"])
    func theIdlestOfTheSameTokenMakesRoom(_ limit: String, loops: String) async throws {
        try await withProxy([limit: "3", "CDP_PROXY_FULL": "evict", "CDP_PROXY_LOOPS": loops]) { proxy in
            let (other, otherChrome) = try await proxy.open(token: Self.token("other"))
            let (first, firstChrome) = try await proxy.open(token: Self.token("a"))
            let (second, secondChrome) = try await proxy.open(token: Self.token("a"))
            try await second.send(Self.question)
            _ = try await secondChrome.received(Self.question.count)
            // Now the second one is the idlest of its token, though another token's has been idle longer.
            try await first.send(Self.question)
            _ = try await firstChrome.received(Self.question.count)
            let (third, thirdChrome) = try await proxy.open(token: Self.token("a"))
            let goodbye = try await second.closing()
            #expect(goodbye.code == 4008)
            #expect(goodbye.reason == "replaced")
            second.close()
            let line = try await proxy.log.line { $0.event == "closed" }
            #expect(line.number("code") == 4008)
            #expect(line["side"] == "proxy")
            for (client, chrome) in [(first, firstChrome), (third, thirdChrome), (other, otherChrome)] {
                try await client.send(Self.question)
                _ = try await chrome.received(Self.question.count)
            }
            let metrics = try await proxy.metrics()
            #expect(metrics[#"cdp_proxy_closes_total{code="4008",side="proxy"}"#] == 1)
            #expect(metrics["cdp_proxy_connections_active"] == 3)
        }
    }

    @Test(arguments: loopCounts) func anotherTokenIsNeverEvicted(loops: String) async throws {
        let environment = ["CDP_PROXY_MAX_CONNECTIONS": "1", "CDP_PROXY_FULL": "evict", "CDP_PROXY_LOOPS": loops]
        try await withProxy(environment) { proxy in
            let (client, chrome) = try await proxy.open(token: Self.token("a"))
            #expect(try await proxy.upgrade(token: Self.token("b")).answer.status == 503)
            #expect(try await proxy.log.line { $0.event == "connection_refused" }["cause"] == "total")
            try await client.send(Self.question)
            #expect(try await chrome.received(Self.question.count) == Self.question)
        }
    }

    @Test func aTokenWithoutAnIDIsToldByItsClaims() async throws {
        try await withProxy(["CDP_PROXY_MAX_CONNECTIONS": "1", "CDP_PROXY_FULL": "evict"]) { proxy in
            let (client, _) = try await proxy.open(token: Tokens.make())
            #expect(try await proxy.upgrade(token: Tokens.make { $0.issuedAt = Tokens.now - 1 }).answer.status == 503)
            _ = try await proxy.open(token: Tokens.make())
            #expect(try await client.closing().code == 4008)
        }
    }

    @Test func aTicketIsItsTokens() async throws {
        try await withProxy(["CDP_PROXY_MAX_CONNECTIONS": "1", "CDP_PROXY_FULL": "evict"]) { proxy in
            let token = Self.token("a")
            let (client, _) = try await proxy.open(token: token)
            let ticket = try await proxy.askAdmitted("POST /ticket", token: token).member("ticket")?.stringValue
            _ = try await proxy.open("/?ticket=\(try #require(ticket))", token: nil)
            #expect(try await client.closing().code == 4008)
        }
    }
}
