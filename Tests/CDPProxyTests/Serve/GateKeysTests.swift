import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct GateKeysTests {
    private static func verifies(_ keys: SigningKeys?, _ secret: String) -> Bool {
        var gate = Gate(policy: GatePolicy())
        let credential = Credential.bearer(Array(Tokens.make(secret: secret).utf8)[...])
        return (try? gate.admit(credential, keys: keys, peer: .loopback, now: Tokens.now)) != nil
    }

    @Test func aFixedKeyIsTheSourcesOwn() async {
        let keys = GateKeys(SigningKeySource(fixed: SecretBytes(utf8: Tokens.secret)))
        let current = await keys.current()
        #expect(Self.verifies(current, Tokens.secret))
        #expect(!Self.verifies(current, Tokens.otherSecret))
        #expect(await keys.afterBadSignature() == nil)
        #expect(keys.age == nil)
    }

    @Test func thePreviousKeyIsAcceptedBesideThePresentOne() throws {
        let set = SigningKeySet(
            current: SecretBytes(utf8: Tokens.secret),
            previous: SecretBytes(utf8: Tokens.otherSecret)
        )
        let keys = try #require(SigningKeys(set))
        #expect(Self.verifies(keys, Tokens.secret))
        #expect(Self.verifies(keys, Tokens.otherSecret))
    }

    @Test func aShortKeyIsNone() {
        #expect(SigningKeys(SigningKeySet(current: SecretBytes(utf8: "short"), previous: nil)) == nil)
    }
}
