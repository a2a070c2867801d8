import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct SessionSummaryTests {
    private func state(_ text: String) throws -> StorageState { try StorageState(parsing: Array(text.utf8)) }

    @Test func theSummaryCountsAndShowsNoValue() throws {
        let summary = SessionSummary(
            of: try state(
                """
                {"cookies":[{"name":"topsecret","value":"topsecret","domain":"a.test"},{"name":"__Host-x","value":"v"}],
                "origins":[{"origin":"https://a.test","localStorage":[{"name":"topsecret","value":"topsecret"}]},
                {"origin":"file://","localStorage":[{"name":"k","value":"v"}]},
                {"origin":"https://b.test","localStorage":[{"name":"k","value":5}]}]}
                """
            ),
            now: 0
        )
        #expect(
            summary.json == [
                "cookies": 2, "skipped_cookies": ["domain": 1], "origins": 1, "items": 1, "databases": 0,
                "skipped_origins": 1, "skipped_storage": ["item": 1],
            ]
        )
        #expect(!summary.remarks.joined().contains("topsecret"))
        #expect(
            summary.warnings == [
                "1 of the cookies cannot be injected: domain.", "1 of the origins cannot be injected: scheme.",
                "1 parts of the origins' storage cannot be injected: item.",
            ]
        )
        #expect(summary.remarks.count == 4)
    }

    @Test(arguments: [("{}", 1), (#"{"cookies":[]}"#, 0), (#"{"origins":[]}"#, 0)])
    func aDocumentWithoutBothListsGetsAWarning(text: String, warnings: Int) throws {
        #expect(SessionSummary(of: try state(text), now: 0).warnings.count == warnings)
    }

    @Test(arguments: [(180, false), (181, true)])
    func moreCookiesThanChromeKeepsGetAWarning(count: Int, warns: Bool) throws {
        let cookies = (0..<count).map { #"{"name":"c\#($0)","value":"v","domain":".s\#($0 % 4).crowd.test"}"# }
        let summary = SessionSummary(of: try state("{\"cookies\":[\(cookies.joined(separator: ","))]}"), now: 0)
        #expect(summary.crowdedDomains == (warns ? ["crowd.test": count] : [:]))
        #expect(summary.remarks.contains { $0.hasPrefix("Warning: crowd.test") } == warns)
    }

    @Test func domainsOfCookiesAndOrigins() throws {
        let state = try state(
            """
            {"cookies":[{"domain":".B.test"},{"domain":"a.test"},{"domain":"a.test"},{"x":1},{"domain":"x,y"},
            {"url":"https://D.test/x"}],
            "origins":[{"origin":"https://c.test:8443"},{"origin":"null"}]}
            """
        )
        #expect(SessionSummary.domains(of: state) == ["a.test", "b.test", "c.test", "d.test"])
    }
}
