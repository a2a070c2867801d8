import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct RestoreScriptTests {
    private func expression(_ origin: String) throws -> (text: String, awaits: Bool?) {
        let state = try StorageState(parsing: Array("{\"origins\":[\(origin)]}".utf8))
        let visit = try #require(InjectionPlan(state, now: 0).visits.first)
        let evaluation = RestoreScript.evaluation(for: visit)
        return (try #require(evaluation["expression"]?.stringValue), evaluation["awaitPromise"]?.boolValue)
    }

    @Test func itemsArePairsInTheSource() throws {
        let script = try expression(
            #"{"origin":"https://a.test","localStorage":[{"name":"a\"b","value":"</script>\\"},{"name":"\ud800","value":""}]}"#
        )
        let pairs = #"[["a\"b","</script>\\"],["\ud800",""]]"#
        #expect(script.text.hasSuffix(#"("https://a.test",\#(pairs),"null")"#))
        #expect(script.awaits == false)
    }

    @Test func databasesArePassedAsJSONText() throws {
        let script = try expression(
            #"{"origin":"https://a.test","indexedDB":[{"name":"d","version":1,"__proto__":{"x":1}}]}"#
        )
        #expect(
            script.text.hasSuffix(#"("https://a.test",[],"[{\"name\":\"d\",\"version\":1,\"__proto__\":{\"x\":1}}]")"#)
        )
        #expect(script.awaits == true)
    }
}
