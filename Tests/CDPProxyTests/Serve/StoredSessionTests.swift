import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Which stored session a connection gets, when, and what it is told when it cannot have it.
@Suite struct StoredSessionTests {
    private static func token(
        _ browserSession: String? = nil,
        user: String? = "user-1",
        sessionID: String = "sess_1"
    ) -> String {
        Tokens.make(sessionID: sessionID) {
            $0.userID = user
            $0.browserSession = browserSession
        }
    }

    /// The client's socket, which is not one of an injection.
    private static func upgraded(_ proxy: ProxyHarness, _ token: String) async throws -> WireAnswer {
        try await proxy.upgrade("/", token: token).answer
    }

    // MARK: Which

    @Test(
        arguments: [
            // The token's claim, by name and by id, comes first.
            (token("mail"), [:], ["mail-cookie"]),
            (token("row-mail"), [:], ["mail-cookie"]),
            (token("mail"), ["CDP_PROXY_BROWSER_SESSION": "shop"], ["mail-cookie"]),
            // Then the configured session, for the token's user or the configured one.
            (token(), ["CDP_PROXY_BROWSER_SESSION": "shop"], ["shop-cookie"]),
            (token(user: nil), ["CDP_PROXY_BROWSER_SESSION": "shop", "CDP_PROXY_USER_ID": "user-1"], ["shop-cookie"]),
            (token(user: nil), ["CDP_PROXY_BROWSER_SESSION": "row-shop"], ["shop-cookie"]),
            (token(sessionID: "row-mail"), ["CDP_PROXY_BROWSER_SESSION": "shop"], ["shop-cookie"]),
            // Then the row whose id is the token's sessionId.
            (token(sessionID: "row-mail"), [:], ["mail-cookie"]),
            (token(user: nil, sessionID: "row-mail"), [:], ["mail-cookie"]),
            // Else none.
            (token(), [:], []),
            (token("mail"), ["CDP_PROXY_INJECT": "off"], []),
        ] as [(String, [String: String], [String])]
    )
    func isTheFirstThatIsNamed(_ token: String, _ environment: [String: String], _ cookies: [String]) async throws {
        let rows = try await StoredRows()
        for name in ["mail", "shop"] {
            let state = StoredRows.state.replacing("\"sid\"", with: "\"\(name)-cookie\"")
            try await rows.add(id: "row-\(name)", name: name, state: state)
        }
        try await withProxy(rows.environment.merging(environment) { $1 }) { (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            #expect(try await Self.upgraded(proxy, token).status == 101)
            #expect(jar.names == cookies)
            #expect(proxy.log.lines("session_injected").count == cookies.count)
        }
    }

    // MARK: When

    @Test func isInChromeBeforeTheClientIs() async throws {
        let rows = try await StoredRows()
        try await rows.add()
        try await withProxy(rows.environment) { proxy in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101)
            #expect(jar.names == ["sid"])
            // One to look at the browser, one to inject, and the client's.
            #expect(proxy.chrome.sockets.count == 3)
            let line = try #require(proxy.log.lines("session_injected").first)
            #expect(line["result"] == "full")
            #expect(line.number("cookies") == 1)
            #expect(line["requestId"] == proxy.log.lines("connected").first?["requestId"])
            #expect(!proxy.log.lines.contains { $0.text.contains("stored-cookie-value") })
            let metrics = try await proxy.metrics()
            #expect(metrics["cdp_proxy_injections_total{result=\"full\"}"] == 1)
            #expect(metrics["cdp_proxy_injection_seconds_count"] == 1)
        }
    }

    @Test func isPutInOnceForEachRunOfChrome() async throws {
        let rows = try await StoredRows()
        try await rows.add()
        try await withProxy(rows.environment) { proxy in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            for _ in 0..<2 { #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101) }
            #expect(jar.fillings == 1)
            for client in proxy.allClients { client.close() }
            for number in 1...2 {
                try await proxy.log.until("\(number) ends") { proxy.log.lines("closed").count >= number }
            }
            proxy.chrome.browserID = "33333333-aaaa-4bbb-8ccc-444444444444"
            jar.empty()
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101)
            #expect(jar.fillings == 2)
        }
    }

    @Test func aPageGetsItToo() async throws {
        let rows = try await StoredRows()
        try await rows.add()
        try await withProxy(rows.environment) { (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            #expect(try await proxy.upgrade("/devtools/page/PAGE1", token: Self.token("mail")).answer.status == 101)
            #expect(jar.names == ["sid"])
        }
    }

    @Test func atStartItIsInBeforeTheServerIsReady() async throws {
        let rows = try await StoredRows()
        try await rows.add()
        let more = ["CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "user-1", "CDP_PROXY_BROWSER_SESSION": "mail"]
        let jarIsSilent: @Sendable (ScriptedChrome) -> Void = { chrome in chrome.script = { _ in .silence } }
        try await withProxy(rows.environment.merging(more) { $1 }, preparing: jarIsSilent) { proxy in
            _ = try await proxy.chrome.request()
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            // Chrome has not answered yet, so nothing can have been injected.
            #expect(proxy.log.lines("session_injected").isEmpty)
            proxy.chrome.answerSilenced()
            _ = try await proxy.log.line { $0.event == "session_injected" }
            #expect(jar.names == ["sid"])
            // The line is written before the caller of the injection hears of it.
            while try await proxy.askAdmin("GET /ready").member("session") == false {}
            let ready = try await proxy.askAdmin("GET /ready")
            #expect(ready.status == 200)
            #expect(ready.member("session") == true)
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101)
            #expect(jar.fillings == 1)
        }
    }

    @Test func atStartAMissingSessionKeepsTheServerFromBeingReady() async throws {
        let rows = try await StoredRows()
        let more = ["CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "user-1", "CDP_PROXY_BROWSER_SESSION": "mail"]
        try await withProxy(rows.environment.merging(more) { $1 }) { proxy in
            let line = try await proxy.log.line { $0.event == "session_not_injected" }
            #expect(line["reason"] == "session_missing")
            let ready = try await proxy.askAdmin("GET /ready")
            #expect(ready.status == 503)
            #expect(ready.member("session") == false)
            #expect(ready.member("chrome") == true)
        }
    }

    // MARK: What cannot be had

    /// Why a session cannot be had, and what a client is told.
    struct Refused: Sendable, CustomTestStringConvertible {
        let reason: String
        let status: Int
        var token = StoredSessionTests.token("mail")
        var user = "user-1"
        var expiresAt: Timestamp?
        var state = StoredRows.state
        var damage: @Sendable (inout [UInt8]) -> Void = { _ in }
        var environment: [String: String] = [:]

        var testDescription: String { "\(reason) \(user) \(environment)" }
    }

    @Test(arguments: [
        Refused(reason: "session_missing", status: 404, token: token("nothing")),
        Refused(reason: "session_missing", status: 404, user: "user-2"),
        Refused(reason: "session_missing", status: 404, token: token("row-1"), user: "user-2"),
        Refused(reason: "session_missing", status: 404, token: token(sessionID: "row-1"), user: "user-2"),
        Refused(reason: "session_expired", status: 410, expiresAt: Tokens.now),
        Refused(reason: "session_unreadable", status: 502, damage: { $0[3] ^= 1 }),
        Refused(reason: "session_unreadable", status: 502, damage: { $0 = [1, 2, 3] }),
        Refused(reason: "session_unreadable", status: 502, state: "no JSON"),
        Refused(reason: "session_unreadable", status: 502, state: "[1]"),
        Refused(
            reason: "session_unreadable",
            status: 502,
            environment: ["SESSION_ENCRYPTION_SECRET": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="]
        ),
    ]) func nothingIsInjected(_ refused: Refused) async throws {
        let rows = try await StoredRows()
        try await rows.add(
            user: refused.user,
            expiresAt: refused.expiresAt,
            state: refused.state,
            damage: refused.damage
        )
        try await withProxy(rows.environment.merging(refused.environment) { $1 }) { proxy in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            let answer = try await Self.upgraded(proxy, refused.token)
            #expect(answer.status == refused.status)
            #expect(answer.error == refused.reason)
            #expect(jar.names.isEmpty)
            #expect(proxy.chrome.sockets.isEmpty == (refused.status != 502), "looked at only to be given a session")
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == [refused.reason])
        }
    }

    @Test func anotherSessionBesideTheOneInChromeIsAConflict() async throws {
        let rows = try await StoredRows()
        try await rows.add()
        try await rows.add(id: "row-2", name: "shop")
        try await withProxy(rows.environment) { proxy in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101)
            let answer = try await Self.upgraded(proxy, Self.token("shop"))
            #expect(answer.status == 409)
            #expect(answer.error == "conflict")
            let stranger = try await Self.upgraded(proxy, Self.token(user: "user-2"))
            #expect(stranger.status == 409)
            #expect(jar.fillings == 1)
        }
    }

    @Test func aRowStillGoodIsInjected() async throws {
        let rows = try await StoredRows()
        try await rows.add(expiresAt: Tokens.now + 1)
        try await withProxy(rows.environment) { (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101)
        }
    }

    // MARK: Failures

    @Test(arguments: [("closed", 502), ("open", 101)])
    func aShortfallIsAFailureUnlessItMayPass(_ policy: String, _ status: Int) async throws {
        let rows = try await StoredRows()
        try await rows.add()
        try await withProxy(rows.environment.merging(["CDP_PROXY_INJECT_FAILURE": policy]) { $1 }) {
            (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.isLeaky = true
            jar.attach(to: proxy.chrome)
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == status)
            #expect(proxy.log.lines("session_injected").map { $0["result"] } == ["partial"])
            #expect(try await proxy.metrics()["cdp_proxy_injections_total{result=\"partial\"}"] == 1)
            jar.isLeaky = false
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == 101)
            #expect(jar.fillings == (policy == "closed" ? 2 : 1))
        }
    }

    @Test(arguments: [("closed", 502), ("open", 101)])
    func aSilentChromeIsAFailureAtItsDeadline(_ policy: String, _ status: Int) async throws {
        let rows = try await StoredRows()
        try await rows.add()
        let more = ["CDP_PROXY_INJECT_FAILURE": policy, "CDP_PROXY_INJECT_DEADLINE": "1s"]
        try await withProxy(rows.environment.merging(more) { $1 }) { (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.isSilent = true
            jar.attach(to: proxy.chrome)
            #expect(try await Self.upgraded(proxy, Self.token("mail")).status == status)
            let metrics = try await proxy.metrics()
            #expect(metrics["cdp_proxy_injections_total{result=\"failed\"}"] == 1)
            #expect(metrics["cdp_proxy_deadlines_passed_total{phase=\"injection\"}"] == 1)
        }
    }
}
