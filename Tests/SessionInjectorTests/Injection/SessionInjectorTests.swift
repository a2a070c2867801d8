import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct SessionInjectorTests {
    let browser = FakeBrowser()

    private func inject(
        _ text: String,
        longestMessage: Int = 1 << 20,
        onVisit: (Int, Int) -> Void = { _, _ in }
    ) async throws -> InjectionReport {
        await SessionInjector.inject(
            try StorageState(parsing: Array(text.utf8)),
            over: CDPClient(over: browser, longestMessage: longestMessage),
            now: 1_800_000_000,
            deadline: Instant.now() + .seconds(15),
            onVisit: onVisit
        )
    }

    private static func cookies(_ names: String...) -> String {
        let members = names.map { #"{"name":"\#($0)","value":"v","domain":"a.test"}"# }
        return "\"cookies\":[\(members.joined(separator: ","))]"
    }

    private static func origins(_ origins: String...) -> String {
        let members = origins.map { #"{"origin":"\#($0)","localStorage":[{"name":"k","value":"v"}]}"# }
        return "\"origins\":[\(members.joined(separator: ","))]"
    }

    @Test func cookiesAndOriginsAreSetInOrder() async throws {
        let report = try await inject("{\(Self.cookies("a", "b")),\(Self.origins("https://a.test", "https://b.test"))}")
        #expect(report.outcome == .full)
        #expect(report.result == "full")
        #expect(report.cookies == .init(wanted: 2, found: 2))
        #expect(report.origins == .init(wanted: 2, found: 2))
        #expect(report.items == .init(wanted: 2, found: 2))
        let visit = ["Page.navigate", "Fetch.fulfillRequest", "Runtime.evaluate"]
        let opening = [
            "Storage.setCookies", "Target.createTarget", "Target.attachToTarget", "Network.enable",
            "Network.setBypassServiceWorker", "Fetch.enable",
        ]
        #expect(browser.methods == opening + visit + visit + ["Target.closeTarget", "Storage.getCookies"])
        let made = browser.commands.first { $0["method"]?.stringValue == "Target.createTarget" }
        #expect(made?["params"] == ["url": "about:blank", "hidden": true])
    }

    @Test func aStateWithoutOriginsMakesNoTarget() async throws {
        let report = try await inject("{\(Self.cookies("a")),\"origins\":[{\"origin\":\"https://a.test\"}]}")
        #expect(report.outcome == .full)
        #expect(browser.methods == ["Storage.setCookies", "Storage.getCookies"])
    }

    @Test func anEmptyStateSendsNothing() async throws {
        #expect(try await inject("{\"cookies\":[]}").outcome == .full)
        #expect(browser.methods.isEmpty)
    }

    @Test(arguments: [["c3"], ["c0"], ["c9"], ["c2", "c7"], ["c0", "c1", "c9"]])
    func refusedCookiesCostNoOthers(refused: [String]) async throws {
        browser.refusedCookies = Set(refused)
        let names = (0..<10).map { #"{"name":"c\#($0)","value":"v","domain":"a.test"}"# }
        let report = try await inject("{\"cookies\":[\(names.joined(separator: ","))]}")
        #expect(report.outcome == .partial)
        #expect(report.cookies == .init(wanted: 10, found: 10 - refused.count))
    }

    @Test func aStateOfRefusedCookiesCostsABoundedNumberOfCalls() async throws {
        let names = (0..<3000).map { "c\($0)" }
        browser.refusedCookies = Set(names)
        let cookies = names.map { #"{"name":"\#($0)","value":"v","domain":"a.test"}"# }
        let report = try await inject("{\"cookies\":[\(cookies.joined(separator: ","))]}")
        #expect(report.cookies == .init(wanted: 3000, found: 0))
        let calls = browser.commands.filter { $0["method"]?.stringValue == "Storage.setCookies" }
        #expect(calls.count == 1 + CookieInjection.mostCalls)
        let sent = calls.reduce(0) { $0 + ($1["params"]?["cookies"]?.arrayValue?.count ?? 0) }
        #expect(sent < 3000 * 5)
    }

    @Test func chromeIsAskedForUnknownSpellingsBeforeAnythingIsSet() async throws {
        browser.evaluation = { expression in
            expression.contains("localStorage")
                ? ["result": ["value": ["items": 1, "databases": 0]]]
                : ["result": ["value": ["hosts": ["xn--bcher-kva.test"], "paths": []]]]
        }
        let report = try await inject(
            """
            {"cookies":[{"name":"a","value":"v","domain":"bücher.test"}],
            "origins":[{"origin":"https://bücher.test","localStorage":[{"name":"k","value":"v"}]}]}
            """
        )
        #expect(report.outcome == .partial, "this browser keeps the domain as it was written")
        #expect(report.origins == .init(wanted: 1, found: 1))
        let navigation = browser.commands.first { $0["method"]?.stringValue == "Page.navigate" }
        #expect(navigation?["params"]?["url"] == "https://xn--bcher-kva.test/")
        let asked = browser.methods.firstIndex(of: "Runtime.evaluate")
        let set = browser.methods.firstIndex(of: "Storage.setCookies")
        #expect(try #require(asked) < #require(set))
        #expect(browser.methods.filter { $0 == "Target.createTarget" || $0 == "Target.closeTarget" }.count == 2)
    }

    @Test(arguments: [
        "{}", #"{"result":{"value":{"hosts":[],"paths":[]}}}"#, #"{"result":{"value":{"hosts":[7],"paths":["x"]}}}"#,
        #"{"result":{"value":{"hosts":["a/b"],"paths":["x"]}}}"#, #"{"result":{"value":null}}"#,
    ])
    func anUnusableSpellingChangesNothing(answer: String) async throws {
        let value = try JSONValue.parse(text: answer)
        browser.evaluation = { _ in value }
        let report = try await inject(#"{"cookies":[{"name":"a","value":"v","domain":"127.1","path":"/ä"}]}"#)
        #expect(report.outcome != .failed(.unexpectedAnswer(method: "Runtime.evaluate")))
        #expect(report.cookies.found == report.cookies.wanted)
    }

    @Test func cookiesThatAreNotStoredAreAShortfall() async throws {
        browser.forgottenCookies = ["b"]
        let report = try await inject("{\(Self.cookies("a", "b"))}")
        #expect(report.outcome == .partial)
        #expect(report.cookies == .init(wanted: 2, found: 1))
    }

    @Test func leftOutCookiesAreCountedAndAreNoShortfall() async throws {
        let report = try await inject("{\(Self.cookies("a", "__Host-b"))}")
        #expect(report.outcome == .full)
        #expect(report.cookies == .init(wanted: 1, found: 1))
        #expect(report.leftOut.cookies == [.prefix: 1])
    }

    @Test(arguments: [
        #"{"result":{"value":{"items":0,"databases":0}}}"#, #"{"result":{"value":null}}"#, "{}",
        #"{"result":{"value":{"items":1,"databases":0}},"exceptionDetails":{}}"#, #"{"result":{"value":"x"}}"#,
        #"{"result":{"value":{"items":9223372036854775807,"databases":0}}}"#,
        #"{"result":{"value":{"items":2,"databases":0}}}"#, #"{"result":{"value":{"items":-1,"databases":0}}}"#,
        #"{"result":{"value":{"items":1,"databases":9223372036854775807}}}"#,
        #"{"result":{"value":{"items":1,"databases":0,"blocked":9223372036854775807}}}"#,
    ])
    func originsThatThePageDoesNotConfirmAreMissing(answer: String) async throws {
        let value = try JSONValue.parse(text: answer)
        browser.evaluation = { _ in value }
        let report = try await inject("{\(Self.origins("https://a.test", "https://b.test"))}")
        #expect(report.outcome == .partial)
        #expect(report.origins == .init(wanted: 2, found: 0))
        #expect(browser.methods.last == "Target.closeTarget")
    }

    @Test func anOriginThatCannotBeVisitedCostsNoOthers() async throws {
        browser.blockedOrigins = ["https://a.test/": "net::ERR_INSUFFICIENT_RESOURCES"]
        let report = try await inject("{\(Self.origins("https://a.test", "https://b.test"))}")
        #expect(report.outcome == .partial)
        #expect(report.origins == .init(wanted: 2, found: 1))
    }

    @Test func anOriginThatAPolicyBlocksIsLeftOut() async throws {
        browser.blockedOrigins = ["https://a.test/": "net::ERR_BLOCKED_BY_ADMINISTRATOR"]
        let report = try await inject("{\(Self.origins("https://a.test", "https://b.test"))}")
        #expect(report.outcome == .full)
        #expect(report.origins == .init(wanted: 1, found: 1))
        #expect(report.items == .init(wanted: 1, found: 1))
        #expect(report.leftOut.summary == "origins policy 1")
    }

    @Test func chromeFallsBackToHTTPWhenItsHTTPSRequestIsRefused() async throws {
        browser.upgrades = (true, nil)
        let report = try await inject("{\(Self.origins("http://a.test", "https://b.test"))}")
        #expect(report.outcome == .full)
        #expect(report.origins == .init(wanted: 2, found: 2))
        let refused = browser.commands.first { $0["method"]?.stringValue == "Fetch.failRequest" }
        #expect(refused?["params"] == ["requestId": "interception-1", "errorReason": "ConnectionRefused"])
    }

    @Test func anHTTPOriginThatChromeOpensOverHTTPSOnlyIsLeftOut() async throws {
        browser.upgrades = (true, "net::ERR_BLOCKED_BY_CLIENT")
        let report = try await inject("{\(Self.origins("http://a.test", "https://b.test", "http://c.test"))}")
        #expect(report.outcome == .full)
        #expect(report.origins == .init(wanted: 1, found: 1))
        #expect(report.leftOut.summary == "origins upgraded 2")
    }

    @Test func everyVisitIsReported() async throws {
        var visits: [[Int]] = []
        _ = try await inject("{\(Self.origins("https://a.test", "https://b.test"))}") { visits.append([$0, $1]) }
        #expect(visits == [[1, 2], [2, 2]])
    }

    @Test func everyRequestGetsAnEmptyPageThatNamesAnIcon() async throws {
        _ = try await inject("{\(Self.origins("https://a.test"))}")
        let answer = browser.commands.first { $0["method"]?.stringValue == "Fetch.fulfillRequest" }
        #expect(answer?["sessionId"] == "session-1")
        #expect(answer?["params"]?["requestId"] == "interception-1")
        // Base64 of `<!doctype html><link rel=icon href="data:,">`.
        #expect(answer?["params"]?["body"] == "PCFkb2N0eXBlIGh0bWw+PGxpbmsgcmVsPWljb24gaHJlZj0iZGF0YTosIj4=")
        let enabled = browser.commands.first { $0["method"]?.stringValue == "Fetch.enable" }
        #expect(enabled?["params"] == ["patterns": [["urlPattern": "*"]]])
    }

    @Test func requestsOfOtherSessionsAreIgnored() async throws {
        browser.say(["method": "Fetch.requestPaused", "params": ["requestId": "other"], "sessionId": "another"])
        _ = try await inject("{\(Self.origins("https://a.test"))}")
        #expect(browser.methods.count { $0 == "Fetch.fulfillRequest" } == 1)
    }

    @Test(arguments: [
        "Target.attachToTarget", "Network.setBypassServiceWorker", "Fetch.enable", "Page.navigate", "Runtime.evaluate",
    ])
    func theTargetIsClosedWhenChromeStopsAnswering(method: String) async throws {
        browser.silentMethods = [method]
        let report = try await inject("{\(Self.cookies("a")),\(Self.origins("https://a.test"))}")
        #expect(report.outcome == .failed(.stream(.stream(.deadline))))
        #expect(browser.methods.last == "Target.closeTarget")
        #expect(browser.deadlines.count == 3, "the deadline, one for closing, and none")
        #expect(browser.deadlines.last == .some(nil))
    }

    @Test(arguments: ["Target.createTarget", "Target.attachToTarget"])
    func aTargetAnsweredAfterTheDeadlineIsClosedToo(method: String) async throws {
        browser.lateMethod = method
        let report = try await inject("{\(Self.origins("https://a.test"))}")
        #expect(report.outcome == .failed(.stream(.stream(.deadline))))
        #expect(browser.methods.last == "Target.closeTarget")
    }

    @Test func anOriginTooLongForAMessageCostsNoOthers() async throws {
        let huge = String(repeating: "x", count: 5000)
        let report = try await inject(
            """
            {"origins":[{"origin":"https://a.test","localStorage":[{"name":"k","value":"\(huge)"}]},
            {"origin":"https://b.test","localStorage":[{"name":"k","value":"v"}]}]}
            """,
            longestMessage: 5000
        )
        #expect(report.outcome == .partial)
        #expect(report.origins == .init(wanted: 2, found: 1))
    }

    @Test(arguments: ["Target.createTarget", "Target.attachToTarget", "Network.setBypassServiceWorker", "Fetch.enable"])
    func noOriginIsVisitedWithoutInterception(method: String) async throws {
        browser.refusedMethods = [method]
        let report = try await inject("{\(Self.origins("https://a.test"))}")
        #expect(report.outcome == .failed(.refused(method: method, code: -32_000)))
        #expect(!browser.methods.contains("Page.navigate"))
        #expect(browser.methods.contains("Target.closeTarget") == (method != "Target.createTarget"))
    }

    @Test func reportsHoldNoNamesOrValues() async throws {
        browser.refusedCookies = ["topsecret"]
        let report = try await inject("{\(Self.cookies("topsecret")),\(Self.origins("https://hidden.test"))}")
        var shown = ""
        dump(report, to: &shown)
        #expect(!shown.contains("topsecret"))
        #expect(!shown.contains("hidden.test"))
    }
}
