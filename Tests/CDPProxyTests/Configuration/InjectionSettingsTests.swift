import Settings
import Testing

@testable import CDPProxy

@Suite struct InjectionSettingsTests {
    private func settings(_ values: [String: String] = [:]) throws -> InjectionSettings {
        try InjectionSettings(Environment(values), sessionID: nil)
    }

    @Test(arguments: [(0, 10.0), (1, 10.25), (1000, 260.0)])
    func theDeadlineGrowsWithTheOrigins(origins: Int, seconds: Double) throws {
        #expect(try settings().timeout(origins: origins) == .milliseconds(Int(seconds * 1000)))
    }

    @Test func bothPartsMayBeSet() throws {
        let values = ["CDP_PROXY_INJECT_DEADLINE": "2s", "CDP_PROXY_INJECT_DEADLINE_PER_ORIGIN": "0s"]
        #expect(try settings(values).timeout(origins: 50) == .seconds(2))
    }

    @Test(arguments: [
        ("CDP_PROXY_INJECT_DEADLINE", "999ms"), ("CDP_PROXY_INJECT_DEADLINE", "11m"),
        ("CDP_PROXY_INJECT_DEADLINE_PER_ORIGIN", "61s"), ("CDP_PROXY_INJECT_DEADLINE_PER_ORIGIN", "-1s"),
    ])
    func refuses(name: String, value: String) {
        let error = #expect(throws: ConfigurationError.self) { try settings([name: value]) }
        #expect(error?.variable == name)
    }
}
