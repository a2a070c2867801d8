import ProxyCore
import TestSupport
import Testing

@Suite struct TokenVerifierTests {
    @Test(arguments: HostileToken.all) func tellsEveryReason(_ hostile: HostileToken) {
        #expect(reason(hostile.token) == hostile.reason)
    }

    @Test func noTwoCasesAreOne() {
        #expect(HostileToken.all.count >= 80)
        #expect(Set(HostileToken.all.map(\.token)).count == HostileToken.all.count)
    }

    @Test func everyCharacterCounts() {
        let good = HostileToken.sound
        for index in good.indices {
            var changed = good
            changed.replaceSubrange(index...index, with: good[index] == "A" ? "B" : "A")
            #expect(reason(changed) != nil, "at \(good.distance(from: good.startIndex, to: index))")
        }
    }

    @Test func noPrefixIsGood() {
        for count in 0..<HostileToken.sound.count {
            #expect(reason(String(HostileToken.sound.prefix(count))) != nil)
        }
    }

    @Test func theKeyBeforeIsAcceptedWhileItIsGiven() {
        let token = Tokens.make(secret: Tokens.otherSecret)
        let rotated = SigningKeys(current: Tokens.key(), previous: Tokens.key(Tokens.otherSecret))
        #expect(reason(token, keys: rotated) == nil)
        #expect(reason(Tokens.make(), keys: rotated) == nil)
        #expect(reason(Tokens.make(secret: "a third key that nobody was ever given"), keys: rotated) == .signature)
        #expect(reason(token) == .signature)
    }

    @Test func withoutAKeyOnlyTheFormIsJudged() {
        #expect(reason(Tokens.make(), keys: nil) == .secretUnavailable)
        #expect(reason("x", keys: nil) == .malformed)
        #expect(reason(Tokens.sign(header: #"{"alg":"none"}"#, payload: "{}"), keys: nil) == .algorithm)
    }

    @Test func aSessionBindsByteForByte() {
        #expect(reason(Tokens.make(), sessionID: "sess_1") == nil)
        #expect(reason(Tokens.make(), sessionID: "sess_2") == .sessionMismatch)
        #expect(reason(Tokens.make(), sessionID: "sess_1 ") == .sessionMismatch)
        #expect(reason(Tokens.make(sessionID: "caf\u{e9}"), sessionID: "cafe\u{301}") == .sessionMismatch)
        #expect(reason(Tokens.make { $0.expiresAt = 1 }, sessionID: "sess_2") == .expired)
    }

    @Test(
        arguments: [
            ("iss", #""x""#), ("aud", #""x""#), ("sessionId", nil), ("sub", #""x""#), ("projectId", nil), ("exp", "1"),
            ("exp", nil),
            ("nbf", "1900000000"), ("iat", "1900000000"), ("nbf", "null"), ("userId", "1"), ("nonce", "1"),
            ("jti", "1"),
            ("ipAddress", "1"), ("browserSession", "1"), ("roles", "1"), ("persist", "1"),
            ("maxIdle", #""60""#), ("maxIdle", "0"), ("maxIdle", "-1"), ("maxIdle", "null"), ("maxSeconds", "1e400"),
            ("maxSeconds", "0.0"), ("maxSeconds", "true"),
        ] as [(String, String?)]
    )
    func namesTheClaimAtFault(claim: String, value: String?) {
        let error = #expect(throws: TokenFault.self) {
            try TokenVerifier.claims(of: Tokens.edited([claim: value]).utf8, keys: Tokens.keys, now: Tokens.now)
        }
        #expect(error?.claim == claim)
    }

    @Test(arguments: [("60", 60.0), ("0.25", 0.25), ("1e9", 1e9), ("1e300", 1e9), ("1e-300", 0)])
    func readsHowLongAConnectionMayLast(_ text: String, _ seconds: Double) throws {
        let token = Tokens.edited(["maxIdle": text, "maxSeconds": text])
        let claims = try TokenVerifier.claims(of: token.utf8, keys: Tokens.keys, now: Tokens.now)
        #expect(claims.maxIdle == .seconds(seconds))
        #expect(claims.maxSeconds == .seconds(seconds))
    }

    private func reason(
        _ token: String,
        keys: SigningKeys? = Tokens.keys,
        sessionID: String? = nil
    ) -> CredentialRejection? {
        do {
            _ = try TokenVerifier.claims(of: token.utf8, keys: keys, sessionID: sessionID, now: Tokens.now)
            return nil
        } catch {
            return error.reason
        }
    }
}
