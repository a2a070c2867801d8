import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Admission: the kinds of credentials, their order, tickets, tokens that admit once, addresses and origins.
@Suite struct AdmissionTests {
    private static let bad = Tokens.make(secret: Tokens.otherSecret)

    @Test(arguments: [
        ("GET /json/version", ["Authorization: Bearer GOOD"], 200),
        ("GET /json/version", ["Authorization: bearer  GOOD"], 200),
        ("GET /json/version?signingKey=GOOD", [], 200),
        ("GET /json/version?signingKey=GOOD", ["Authorization: Basic dTpw"], 200),
        ("GET /json/version?signingKey=BAD", ["Authorization: Bearer GOOD"], 200),
        ("GET /json/version?signingKey=GOOD", ["Authorization: Bearer BAD"], 401),
        ("GET /json/version?ticket=x&signingKey=GOOD", [], 200),
        ("GET /json/version?signingKey=GOOD", ["X-API-Key: key"], 200),
        ("GET /json/version", ["X-API-Key: key"], 401),
    ])
    func theFirstCredentialCounts(_ line: String, _ fields: [String], _ status: Int) async throws {
        try await withProxy { proxy in
            let filled = ([line] + fields).map { Self.filled($0) }
            let answer = try await proxy.ask(filled[0], Array(filled.dropFirst()))
            #expect(answer.status == status)
        }
    }

    private static func filled(_ text: String) -> String {
        text.replacing("GOOD", with: Tokens.make()).replacing("BAD", with: bad)
    }

    @Test(arguments: [
        ("GET /json/version", ["Authorization: Bearer GOOD", "Authorization: Bearer BAD"]),
        ("GET /json/version?signingKey=GOOD&signingKey=x", []),
        ("GET /json/version?ticket=x&ticket=y", ["Authorization: Bearer GOOD"]),
        ("GET /json/version", ["Authorization: Bearer GOOD", "X-API-Key: a", "X-API-Key: b"]),
    ])
    func twoCredentialsOfAKindAreMalformed(_ line: String, _ fields: [String]) async throws {
        try await withProxy { proxy in
            let answer = try await proxy.ask(Self.filled(line), fields.map { Self.filled($0) })
            #expect(answer.status == 401)
            #expect(proxy.log.lines("token_rejected").map { $0["reason"] } == ["malformed"])
        }
    }

    // MARK: Tickets

    @Test func aTicketOpensOneConnection() async throws {
        try await withProxy { proxy in
            let answer = try await proxy.askAdmitted("POST /ticket")
            #expect(answer.member("expiresIn") == 30)
            let ticket = try #require(answer.member("ticket")?.stringValue)
            let url = try #require(answer.member("connectUrl")?.stringValue)
            #expect(url == "ws://proxy.test:9223/?ticket=\(ticket)")
            #expect(answer["Cache-Control"] == "no-store")

            let target = "/?ticket=\(ticket)"
            _ = try await proxy.open(target, token: nil)
            let again = try await proxy.upgrade(target, token: nil)
            #expect(again.answer.status == 401)
            #expect(proxy.log.lines("token_rejected").map { $0["reason"] } == ["replayed"])
            #expect(!proxy.log.lines.contains { $0.text.contains(ticket) })
        }
    }

    @Test(arguments: [(29.9, 101, nil), (30, 401, "expired")] as [(Double, Int, String?)])
    func aTicketLastsThirtySeconds(_ seconds: Double, _ status: Int, _ reason: String?) async throws {
        try await withProxy { proxy in
            let ticket = try #require(try await proxy.askAdmitted("POST /ticket").member("ticket")?.stringValue)
            proxy.clock.now += seconds
            let (answer, _) = try await proxy.upgrade("/?ticket=\(ticket)", token: nil)
            #expect(answer.status == status)
            #expect(proxy.log.lines("token_rejected").first?["reason"] == reason)
        }
    }

    @Test func aTicketIsForItsTokensAddress() async throws {
        try await withProxy(["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.1"]) { proxy in
            let token = Tokens.make { $0.ipAddress = "10.1.2.3" }
            let answer = try await proxy.askAdmitted("POST /ticket", ["X-Forwarded-For: 10.1.2.3"], token: token)
            let ticket = try #require(answer.member("ticket")?.stringValue)
            let other = try await proxy.upgrade("/?ticket=\(ticket)", ["X-Forwarded-For: 10.1.2.4"], token: nil)
            #expect(other.answer.status == 401)
            #expect(proxy.log.lines("token_rejected").map { $0["reason"] } == ["ip_mismatch"])
        }
    }

    @Test(arguments: ["signingKey", "ticket"]) func aTicketIsForAHeadersCredential(_ parameter: String) async throws {
        try await withProxy { proxy in
            let ticket = try #require(try await proxy.askAdmitted("POST /ticket").member("ticket")?.stringValue)
            let value = parameter == "ticket" ? ticket : Tokens.make()
            #expect(try await proxy.ask("POST /ticket?\(parameter)=\(value)").status == 401)
            #expect(proxy.log.lines("token_rejected").map { $0["reason"] } == ["missing"])
        }
    }

    // MARK: Tokens that admit once

    @Test func aTokenAdmitsOneWebSocket() async throws {
        try await withProxy(["CDP_PROXY_TOKEN_USE": "once"]) { proxy in
            #expect(try await proxy.askAdmitted("GET /json/version").status == 200)
            #expect(try await proxy.askAdmitted("GET /json/list").status == 200)
            _ = try await proxy.open()
            let second = try await proxy.upgrade()
            #expect(second.answer.status == 401)
            #expect(second.answer.errorDescription == "the token or ticket was used before")
            let other = Tokens.make { $0.tokenID = "another" }
            _ = try await proxy.open(token: other)
        }
    }

    @Test func aFailedConnectionLeavesTheTokenGood() async throws {
        try await withProxy(["CDP_PROXY_TOKEN_USE": "once"]) { proxy in
            proxy.chrome.script = { $0.isUpgrade ? .last([]) : .usual }
            #expect(try await proxy.upgrade().answer.status == 502)
            proxy.chrome.script = { _ in .usual }
            _ = try await proxy.open()
        }
    }

    @Test func aTicketOfATokenThatAdmitsOnceSpendsIt() async throws {
        try await withProxy(["CDP_PROXY_TOKEN_USE": "once"]) { proxy in
            let ticket = try #require(try await proxy.askAdmitted("POST /ticket").member("ticket")?.stringValue)
            _ = try await proxy.open("/?ticket=\(ticket)", token: nil)
            #expect(try await proxy.upgrade().answer.status == 401)
            #expect(proxy.log.lines("token_rejected").map { $0["reason"] } == ["replayed"])
        }
    }

    @Test func ofTwoThatRaceOneIsAdmitted() async throws {
        try await withProxy(["CDP_PROXY_TOKEN_USE": "once"]) { proxy in
            proxy.chrome.script = { $0.isUpgrade ? .silence : .usual }
            let clients = [try await proxy.client(), try await proxy.client()]
            let head = WireClient.head("GET /", ["Authorization: Bearer \(Tokens.make())"], isUpgrade: true)
            for client in clients { try await client.send(head) }
            // Both have been admitted by now, and wait for Chrome.
            try await proxy.chrome.events.until("two handshakes") {
                proxy.chrome.requests.count { $0.isUpgrade } == 2
            }
            proxy.chrome.answerSilenced()
            var statuses: [Int] = []
            for client in clients { statuses.append(try await client.answer().status) }
            #expect(statuses.sorted() == [101, 401])
        }
    }

    // MARK: Sessions, addresses and origins

    @Test func theContainersSessionIsAdmitted() async throws {
        try await withProxy(["SESSION_ID": "sess_1"]) { (proxy: ProxyHarness) async throws in
            #expect(try await proxy.askAdmitted("GET /json/version").status == 200)
        }
    }

    @Test(
        arguments: [
            (["CDP_PROXY_CHECK_IP": "off"], "10.1.2.3", [], 200),
            ([:], "127.0.0.1", [], 200),
            ([:], "10.1.2.3", ["X-Forwarded-For: 10.1.2.3"], 401),
            (["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.0/8"], "10.1.2.3", ["X-Forwarded-For: 10.1.2.3"], 200),
            (["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.0/8"], "10.1.2.3", ["X-Forwarded-For: 10.1.2.3, 10.1.2.4"], 401),
            (["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.0/8"], "127.0.0.1", ["X-Forwarded-For: 10.1.2.3"], 401),
            (
                ["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.1,10.1.2.4"], "10.1.2.3",
                ["X-Forwarded-For: 9.9.9.9, 10.1.2.3, 10.1.2.4"], 200
            ),
        ] as [([String: String], String, [String], Int)]
    )
    func theAddressIsTheClients(
        _ environment: [String: String],
        _ address: String,
        _ fields: [String],
        _ status: Int
    ) async throws {
        try await withProxy(environment) { (proxy: ProxyHarness) async throws in
            let token = Tokens.make { $0.ipAddress = address }
            #expect(try await proxy.askAdmitted("GET /json/version", fields, token: token).status == status)
        }
    }

    @Test func behindATrustedHopTheLogNamesTheClient() async throws {
        try await withProxy(["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.1"]) { proxy in
            let fields = ["X-Forwarded-For: 10.1.2.3"]
            _ = try await proxy.open("/", fields)
            _ = try await proxy.ask("GET /json/version", fields)
            #expect(proxy.log.lines("connected").map { $0["peer"] } == ["10.1.2.3"])
            #expect(proxy.log.lines("token_rejected").map { $0["peer"] } == ["10.1.2.3"])
        }
    }

    @Test(
        arguments: [
            ([:], "https://app.example", 403),
            (["CDP_PROXY_ALLOWED_ORIGINS": "https://app.example"], "https://app.example", 101),
            (["CDP_PROXY_ALLOWED_ORIGINS": "https://app.example"], "http://app.example", 403),
            (["CDP_PROXY_ALLOWED_ORIGINS": "https://app.example"], "https://app.example.evil", 403),
            (["CDP_PROXY_ALLOWED_ORIGINS": "https://app.example"], "null", 403),
            (["CDP_PROXY_ALLOWED_ORIGINS": extensionOrigin], extensionOrigin, 101),
            (["CDP_PROXY_ALLOWED_ORIGINS": extensionOrigin], String(extensionOrigin.dropLast()), 403),
            (["CDP_PROXY_ALLOWED_ORIGINS": "a://b, devtools://devtools"], "devtools://devtools", 101),
        ] as [([String: String], String, Int)]
    )
    func aHandshakesOriginMustBeListed(_ environment: [String: String], _ origin: String, _ status: Int) async throws {
        try await withProxy(environment) { proxy in
            let (answer, _) = try await proxy.upgrade("/", ["Origin: \(origin)"])
            #expect(answer.status == status)
            #expect(proxy.chrome.sockets.isEmpty == (status == 403))
        }
    }

    private static let extensionOrigin = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"

    /// A user who reads "the handshake failed" may not know of origins: the answer names the origin and the variable.
    @Test func theRefusalNamesTheOriginAndTheVariable() async throws {
        try await withProxy { proxy in
            let (answer, _) = try await proxy.upgrade("/", ["Origin: \(Self.extensionOrigin)"])
            #expect(answer.status == 403)
            #expect(answer.error == "forbidden")
            #expect(answer.errorDescription?.contains("Origin: \(Self.extensionOrigin)") == true)
            #expect(answer.errorDescription?.contains("CDP_PROXY_ALLOWED_ORIGINS") == true)
            let line = try #require(proxy.log.lines("token_rejected").first)
            #expect(line["reason"] == "origin")
            #expect(line["origin"] == Self.extensionOrigin)
            #expect(try await proxy.metrics()["cdp_proxy_tokens_rejected_total{reason=\"origin\"}"] == 1)
        }
    }

    @Test func whatIsNoOriginIsToldCutAndEscaped() async throws {
        try await withProxy { proxy in
            let long = "https://\"\\" + String(repeating: "x", count: 5000)
            let (answer, _) = try await proxy.upgrade("/", ["Origin: \(long)", "Origin: a", "Origin: b", "Origin: c"])
            #expect(answer.status == 403)
            let told = try #require(answer.errorDescription)
            #expect(told.contains("Origin: https://\"\\xxx"))
            #expect(told.utf8.count < 400)
            let two = try await proxy.upgrade("/", ["Origin: https://a.example", "Origin: https://b.example"])
            #expect(two.answer.errorDescription?.contains("https://a.example, https://b.example") == true)
        }
    }

    @Test func linksFollowATrustedHop() async throws {
        try await withProxy(["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.1"]) { proxy in
            let fields = ["X-Forwarded-Proto: https", "X-Forwarded-Host: edge.example"]
            let answer = try await proxy.askAdmitted("POST /ticket", fields)
            #expect(answer.member("connectUrl")?.stringValue?.hasPrefix("wss://edge.example/?ticket=") == true)
        }
    }

    @Test func linksLeadToThePublicURLWhateverARequestSays() async throws {
        let environment = ["CDP_PROXY_PUBLIC_URL": "wss://public.example", "CDP_PROXY_TRUSTED_PROXIES": "127.0.0.1"]
        try await withProxy(environment) { proxy in
            let fields = ["X-Forwarded-Proto: http", "X-Forwarded-Host: edge.example"]
            let answer = try await proxy.askAdmitted("POST /ticket", fields)
            #expect(answer.member("connectUrl")?.stringValue?.hasPrefix("wss://public.example/?ticket=") == true)
        }
    }
}
