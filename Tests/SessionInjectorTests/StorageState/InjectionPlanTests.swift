import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct InjectionPlanTests {
    private func plan(_ text: String) throws -> InjectionPlan {
        InjectionPlan(try StorageState(parsing: Array(text.utf8)), now: 1_800_000_000)
    }

    @Test func aBadCookieCostsNoOthers() throws {
        let plan = try plan(
            """
            {"cookies":[{"name":"a","value":"1","domain":"x.test"},{"name":"__Host-b","value":"2","domain":".x.test"},
            {"name":"c","value":"3","domain":"x.test","expires":5},{"value":"4"},{"name":"d","value":"5","domain":"x.test"}]}
            """
        )
        #expect(plan.cookies.map(\.key.name) == ["a", "d"])
        #expect(plan.leftOut.cookies == [.prefix: 1, .expired: 1, .missingName: 1])
    }

    /// Swift compares texts of many combining marks in time that grows with the square of their number. With so many
    /// marks, one comparison would outlast the test.
    @Test func longTextsAreNotCompared() throws {
        let marks = "e" + String(repeating: "\u{301}\u{323}", count: 400_000)
        let cookies = [
            #""domain":".\#(marks).test""#, #""url":"https://\#(marks)/""#, #""domain":"x.test","path":"\#(marks)""#,
            #""domain":"x.test","secure":true,"partitionKey":"https://\#(marks)""#,
            #""domain":"x.test","sameSite":"\#(marks)","priority":"\#(marks)""#,
        ]
        let text = cookies.map { #"{"name":"a","value":"1",\#($0)}"# }.joined(separator: ",")
        let item = #"[{"name":"\#(marks)","value":"1"}]"#
        let origins = #"[{"origin":"https://\#(marks)","localStorage":\#(item)}]"#
        let state = try StorageState(parsing: Array(#"{"cookies":[\#(text)],"origins":\#(origins)}"#.utf8))
        let plan = InjectionPlan(state, now: 1_800_000_000)
        #expect(plan.leftOut.cookies == [.domain: 2, .path: 1, .partition: 1])
        #expect(plan.cookies.count == 1)
        #expect(plan.leftOut.origins == [.scheme: 1])
        #expect(SessionSummary.domains(of: state).allSatisfy { $0.utf8.count <= 254 })
    }

    @Test func theLastOfEqualCookiesWins() throws {
        let plan = try plan(
            """
            {"cookies":[{"name":"a","value":"1","domain":"x.test"},{"name":"a","value":"2","domain":"X.test"},
            {"name":"a","value":"3","domain":"x.test","path":"/p"}]}
            """
        )
        #expect(plan.cookies.map(\.value) == ["2", "3"])
    }

    @Test func originsOfASiteFollowOneAnother() throws {
        let origins = [
            "https://a.one.test", "https://two.test", "https://b.one.test", "http://c.one.test", "https://one.test",
        ]
        let members = origins.map { #"{"origin":"\#($0)","localStorage":[{"name":"k","value":"v"}]}"# }
        let plan = try plan("{\"origins\":[\(members.joined(separator: ","))]}")
        #expect(
            plan.visits.map(\.origin.description) == [
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
        #expect(plan.visits.map(\.origin.description) == ["https://d.test"])
        #expect(plan.visits.first?.databases?.count == 1)
    }

    @Test func invalidOriginsAreCounted() throws {
        let plan = try plan(
            """
            {"origins":[{"origin":"file://","localStorage":[{"name":"k","value":"v"}]},
            {"origin":"chrome-extension://abc","localStorage":[{"name":"k","value":"v"}]},{"origin":"null"},
            {"localStorage":[{"name":"k","value":"v"}]}]}
            """
        )
        #expect(plan.visits.isEmpty)
        #expect(plan.leftOut.origins == [.scheme: 2, .missing: 1])
    }

    @Test func aHostOnlyAndADomainCookieAreTwo() throws {
        let plan = try plan(
            """
            {"cookies":[{"name":"a","value":"host","domain":"x.test"},{"name":"a","value":"all","domain":".x.test"},
            {"name":"a","value":"1","domain":"localhost"},{"name":"a","value":"2","domain":".localhost"}]}
            """
        )
        #expect(plan.cookies.map(\.value) == ["host", "all", "2"])
    }

    @Test func bothEntriesOfARepeatedOriginAreMerged() throws {
        let plan = try plan(
            """
            {"origins":[{"origin":"https://a.test","localStorage":[{"name":"old","value":"0"},{"name":"k","value":"0"}],
            "indexedDB":[{"name":"d","version":1},{"name":"e","version":1}]},
            {"origin":"https://A.test:443/x","localStorage":[{"name":"k","value":"1"},{"name":"k","value":"2"}]},
            {"origin":"https://a.test/","indexedDB":[{"name":"d","version":2}]}]}
            """
        )
        let visit = try #require(plan.visits.first)
        #expect(plan.visits.count == 1)
        #expect(visit.items == [.init(name: "old", value: "0"), .init(name: "k", value: "2")])
        #expect(visit.databases?.map { $0["version"] } == [2, 1])
    }

    @Test func chromeIsAskedOnlyForUnknownSpellings() throws {
        let text = """
            {"cookies":[{"name":"a","value":"1","domain":"x.test","path":"/a/b.c%20"},{"name":"a","value":"1","domain":"127.1"},
            {"name":"a","value":"1","domain":"127.0.0.1","path":"/a b"},{"name":"b","value":"1","domain":"127.1"}],
            "origins":[{"origin":"https://bücher.test","localStorage":[{"name":"k","value":"1"}]},
            {"origin":"https://xn--bcher-kva.test","localStorage":[{"name":"j","value":"1"}]},
            {"origin":"https://a\u{200d}.test","localStorage":[{"name":"j","value":"1"}]}]}
            """
        let plan = try plan(text)
        #expect(plan.spelling.unknownHosts == ["127.1", "bücher.test", "a\u{200d}.test"])
        #expect(plan.spelling.unknownPaths == ["/a b"])
        #expect(plan.visits.count == 3)
        let answer = ChromeSpelling(
            of: plan.spelling,
            hosts: ["127.0.0.1", "xn--bcher-kva.test", nil],
            paths: ["/a%20b"]
        )
        let state = try StorageState(parsing: Array(text.utf8))
        let spelled = InjectionPlan(state, now: 0, spelling: answer)
        #expect(!spelled.spelling.isIncomplete)
        #expect(spelled.cookies.map(\.key.host) == ["x.test", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
        #expect(spelled.cookies.map(\.key.path) == ["/a/b.c%20", "/", "/a%20b", "/"])
        #expect(spelled.visits.map(\.origin.description) == ["https://xn--bcher-kva.test"])
        #expect(spelled.visits.first?.items.count == 2)
        #expect(spelled.leftOut.origins == [.scheme: 1])
    }

    @Test func anAnswerOfAnotherLengthIsIgnored() throws {
        let plan = try plan(#"{"cookies":[{"name":"a","value":"1","domain":"127.1"}]}"#)
        let spelled = ChromeSpelling(of: plan.spelling, hosts: [], paths: [])
        var again = spelled
        #expect(again.host("127.1") == "127.1")
    }
}
