import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct CommandKeysTests {
    @Test func theKeyIsTheVariablesBytesUntouched() throws {
        let secret = " spaces and \u{e9} count: 32 bytes ok "
        let keys = try CommandKeys.load(Environment(["WALLCRAWLER_JWT_SIGNING_KEY": secret]))
        let token = Tokens.make(secret: secret)
        #expect(throws: Never.self) { try TokenVerifier.claims(of: token.utf8, keys: keys, now: Tokens.now) }
    }

    @Test(arguments: [
        [:], ["WALLCRAWLER_JWT_SIGNING_KEY": ""], ["WALLCRAWLER_JWT_SIGNING_KEY": "thirty-one bytes are too few..."],
    ])
    func withoutAKeyTheVariableIsNamedAndNothingOfItShown(variables: [String: String]) {
        let error = #expect(throws: (any Error).self) { try CommandKeys.load(Environment(variables)) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("WALLCRAWLER_JWT_SIGNING_KEY"))
        #expect(!text.contains("thirty"))
    }
}
