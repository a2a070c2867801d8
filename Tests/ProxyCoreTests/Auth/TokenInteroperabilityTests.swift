import TestSupport
import Testing

@testable import ProxyCore

/// Tokens that other libraries signed, as text.
@Suite struct TokenInteroperabilityTests {
    /// RFC 7515 appendix A.1: a good signature by another issuer, so that the issuer is refused and not the signature.
    @Test func theExampleOfTheStandardVerifies() throws {
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        let bytes = Base64URL.decode(secret.utf8.span) ?? []
        let key = try #require(SigningKey(bytes))
        let token =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let keys = SigningKeys(current: key)
        func reason(_ keys: SigningKeys) -> CredentialRejection? {
            do { _ = try TokenVerifier.claims(of: token.utf8, keys: keys, now: 0) } catch { return error.reason }
            return nil
        }
        #expect(reason(keys) == .issuer)
        #expect(reason(Tokens.keys) == .signature)
    }

    /// Python writes spaces, escapes what is not ASCII, and makes fractions of a second.
    @Test func aPythonToken() throws {
        let claims = try claims(
            "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAid2FsbGNyYXdsZXIiLCAiYXVkIjogImNkcC1hY2Nlc3MiLCAic3ViIj"
                + "ogInNlc3NfXHUwMGU5IiwgInNlc3Npb25JZCI6ICJzZXNzX1x1MDBlOSIsICJwcm9qZWN0SWQiOiAicHJval8xIiwgInVzZXJJZCI6"
                + "ICJ1c2VyXzEiLCAiZXhwIjogMTgwMDAwMzYwMC4yNSwgImlhdCI6IDE4MDAwMDAwMDAuNzV9"
                + ".izWI_08h2Rolw90vM9LroczCVrqLfQo3zDwE8uVlzBM"
        )
        #expect(claims.sessionID == "sess_é")
        #expect(claims.expiresAt == 1_800_003_600.25)
        #expect(claims.issuedAt == 1_800_000_000.75)
        #expect(claims.userID == "user_1")
    }

    /// Go writes `aud` as an array, and the reference issuer the same value as `jti` and `nonce`.
    @Test func aGoToken() throws {
        let claims = try claims(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ3YWxsY3Jhd2xlciIsInN1YiI6InNlc3NfZ28iLCJhdWQiOlsiY2RwLWFj"
                + "Y2VzcyJdLCJleHAiOjE4MDAwMDA2MDAsIm5iZiI6MTgwMDAwMDAwMCwiaWF0IjoxODAwMDAwMDAwLCJqdGkiOiI2ZjFkIiwic2Vzc2lv"
                + "bklkIjoic2Vzc19nbyIsInByb2plY3RJZCI6InByb2pfZ28iLCJ1c2VySWQiOiJ1c2VyX2dvIiwibm9uY2UiOiI2ZjFkIiwiaXBBZGRy"
                + "ZXNzIjoiMTkyLjAuMi43In0.RL4xGW-GDy9yYgsX-2QFCgStSzAZ9u7qw13B0rFtgG8"
        )
        #expect(claims.sessionID == "sess_go")
        #expect(claims.tokenID == "6f1d")
        #expect(claims.nonce == "6f1d")
        #expect(claims.ipAddress == "192.0.2.7")
        #expect(claims.notBefore == 1_800_000_000)
    }

    /// JavaScript writes text as it is.
    @Test func aJavaScriptToken() throws {
        let claims = try claims(
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzZXNzaW9uSWQiOiJzZXNzX2pzIiwicHJvamVjdElkIjoicHJval9qcyIsImJyb3dz"
                + "ZXJTZXNzaW9uIjoiY2Fmw6kiLCJ1c2VySWQiOiJ1IiwicGVyc2lzdCI6dHJ1ZSwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDAwMDM2"
                + "MDAsImF1ZCI6ImNkcC1hY2Nlc3MiLCJpc3MiOiJ3YWxsY3Jhd2xlciIsInN1YiI6InNlc3NfanMifQ"
                + ".nnRnPiL_IhLqMVRn5Ga_s9t_MlNvCDW_ygu5xS4QUC0"
        )
        #expect(claims.browserSession == "café")
        #expect(claims.persist)
    }

    @Test func oursReadsBackWhole() throws {
        var claims = Tokens.claims()
        claims.userID = "user \"1\""
        claims.ipAddress = "192.0.2.1"
        claims.nonce = "n"
        claims.tokenID = "j"
        claims.roles = ["viewer", "operator"]
        claims.browserSession = "login"
        claims.persist = true
        claims.notBefore = Tokens.now - 0.5
        let token = claims.signed(with: Tokens.key())
        #expect(try self.claims(token).json == claims.json)
        #expect(claims.json["exp"]?.intValue == 1_800_003_600)
    }

    private func claims(_ token: String) throws(TokenFault) -> TokenClaims {
        try TokenVerifier.claims(of: token.utf8, keys: Tokens.keys, now: Tokens.now)
    }
}
