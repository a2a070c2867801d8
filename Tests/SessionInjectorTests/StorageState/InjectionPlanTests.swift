import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct InjectionPlanTests {
    private func plan(_ text: String) throws -> InjectionPlan {
        InjectionPlan(try StorageState(parsing: Array(text.utf8)), now: 1_800_000_000)
    }

    @Test func oneBadCookieDoesNotCostTheOthers() throws {
        let plan = try plan(
            """
            {"cookies":[{"name":"a","value":"1","domain":"x.test"},{"name":"__Host-b","value":"2","domain":".x.test"},
            {"name":"c","value":"3","domain":"x.test","expires":5},{"value":"4"},{"name":"d","value":"5","domain":"x.test"}]}
            """
        )
        #expect(plan.cookies.map(\.key.name) == ["a", "d"])
        #expect(plan.skippedCookies == [.prefix: 1, .expired: 1, .missingName: 1])
    }

    @Test func theLastOfTheSameCookieCounts() throws {
        let plan = try plan(
            """
            {"cookies":[{"name":"a","value":"1","domain":"x.test"},{"name":"a","value":"2","domain":"X.test"},
            {"name":"a","value":"3","domain":"x.test","path":"/p"}]}
            """
        )
        #expect(plan.cookies.map(\.value) == ["2", "3"])
    }

    @Test func originsOfASiteFollowEachOther() throws {
        let origins = [
            "https://a.one.test", "https://two.test", "https://b.one.test", "http://c.one.test", "https://one.test",
        ]
        let members = origins.map { #"{"origin":"\#($0)","localStorage":[{"name":"k","value":"v"}]}"# }
        let plan = try plan("{\"origins\":[\(members.joined(separator: ","))]}")
        #expect(
            plan.visits.map(\.origin.text) == [
                "https://a.one.test", "https://b.one.test", "https://one.test", "https://two.test", "http://c.one.test",
            ]
        )
    }

    @Test func originsWithNothingToStoreAreNotVisited() throws {
        let plan = try plan(
            """
            {"origins":[{"origin":"https://a.test","localStorage":[]},{"origin":"https://b.test"},
            {"origin":"https://c.test","indexedDB":[]},{"origin":"https://d.test","indexedDB":[{"name":"x","version":1}]}]}
            """
        )
        #expect(plan.visits.map(\.origin.text) == ["https://d.test"])
        #expect(plan.visits.first?.databases?.count == 1)
    }

    @Test func whatIsNoWebOriginIsCounted() throws {
        let plan = try plan(
            """
            {"origins":[{"origin":"file://","localStorage":[{"name":"k","value":"v"}]},
            {"origin":"chrome-extension://abc","localStorage":[{"name":"k","value":"v"}]},{"origin":"null"}]}
            """
        )
        #expect(plan.visits.isEmpty)
        #expect(plan.skippedOrigins == 2)
    }

    @Test func repeatedNamesAndOriginsCountOnce() throws {
        let plan = try plan(
            """
            {"origins":[{"origin":"https://a.test","localStorage":[{"name":"old","value":"0"}]},
            {"origin":"https://A.test:443","localStorage":[{"name":"k","value":"1"},{"name":"k","value":"2"}]}]}
            """
        )
        #expect(plan.visits.map(\.items) == [[.init(name: "k", value: "2")]])
    }
}
