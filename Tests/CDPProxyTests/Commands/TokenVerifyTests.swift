import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct TokenVerifyTests {
    @Test(arguments: ["", "\n", "\r\n"]) func printsTheClaimsAsTheyCame(end: String) throws {
        let token = Tokens.edited(["email": #""a@example.com""#])
        let printed = try TokenVerify.claims(
            in: Array(" \(token)\(end)".utf8),
            keys: VerificationKeys(signing: Tokens.keys),
            now: Tokens.now
        )
        #expect(printed == Tokens.payload(["email": #""a@example.com""#]))
    }

    @Test(
        arguments: [
            ("", .malformed, "this is no token of the form asked for"),
            ("a b", .malformed, "this is no token of the form asked for"),
            (Tokens.make(secret: Tokens.otherSecret), .signature, "the token was not signed with this key"),
            (Tokens.make { $0.expiresAt = 1 }, .expired, "the token or ticket has expired: exp"),
            (Tokens.edited(["projectId": nil]), .claims, "a claim is missing or not of its form: projectId"),
            (Tokens.sign(header: #"{"alg":"none"}"#, payload: "{}"), .algorithm, "the token's algorithm is not HS256"),
        ] as [(String, CredentialRejection, String)]
    )
    func saysWhyATokenIsRefused(input: String, reason: CredentialRejection, explanation: String) {
        let error = #expect(throws: TokenFault.self) {
            try TokenVerify.claims(in: Array(input.utf8), keys: VerificationKeys(signing: Tokens.keys), now: Tokens.now)
        }
        #expect(error?.reason == reason)
        let said = error.map(TokenVerify.explanation)
        #expect(said?.hasPrefix(explanation + "; ") == true)
    }

    @Test func saysWhatWouldMendAToken() {
        let error = #expect(throws: TokenFault.self) {
            try TokenVerify.claims(
                in: Array(Tokens.edited(["sub": #""other""#]).utf8),
                keys: VerificationKeys(signing: Tokens.keys),
                now: Tokens.now
            )
        }
        let expected = "a claim is missing or not of its form: sub; set sub to the same as sessionId"
        #expect(error.map(TokenVerify.explanation) == expected)
    }

    @Test func aSessionIsBound() throws {
        let input = Array(Tokens.make().utf8)
        #expect(throws: Never.self) {
            try TokenVerify.claims(
                in: input,
                keys: VerificationKeys(signing: Tokens.keys),
                sessionID: "sess_1",
                now: Tokens.now
            )
        }
        let error = #expect(throws: TokenFault.self) {
            try TokenVerify.claims(
                in: input,
                keys: VerificationKeys(signing: Tokens.keys),
                sessionID: "sess_2",
                now: Tokens.now
            )
        }
        #expect(error?.reason == .sessionMismatch)
    }
}
