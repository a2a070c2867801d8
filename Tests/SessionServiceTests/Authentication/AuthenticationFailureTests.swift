import Testing

@testable import SessionService

@Suite struct AuthenticationFailureTests {
    /// Every fault before a good signature gets the same detail.
    @Test func aBadSignatureRevealsNothingElse() {
        let before: [AuthenticationFailure] = [.malformed, .algorithm, .unknownKey, .signature]
        #expect(Set(before.map(\.detail)) == ["Invalid authentication token"])
        let others = AuthenticationFailure.allCases.filter { !before.contains($0) }
        #expect(Set(others.map(\.detail)).count == others.count)
    }

    @Test func theStatusTellsWhoseFaultItIs() {
        for failure in AuthenticationFailure.allCases {
            #expect(failure.status == (failure == .providerUnavailable ? 503 : 401))
            #expect((failure.challenge != nil) == (failure.status == 401))
        }
        #expect(AuthenticationFailure.missing.challenge == "Bearer")
        #expect(AuthenticationFailure.apiKeyMissing.challenge == "Bearer")
        #expect(AuthenticationFailure.expired.challenge == #"Bearer error="invalid_token""#)
    }

    @Test(
        arguments: [
            (AuthenticationFailure.missing, "Missing Authorization header"),
            (.malformedHeader, "Invalid Authorization header format. Expected: Bearer <token>"),
            (.expired, "Invalid authentication token: expired"), (.subject, "Token missing 'sub' claim"),
            (.notYetValid, "Invalid authentication token: not yet valid"),
            (.issuer, "Invalid authentication token: wrong issuer"),
            (.audience, "Invalid authentication token: wrong audience"),
            (.providerUnavailable, "Unable to validate authentication token"),
        ]
    )
    func detailsAreThoseOfThePythonService(failure: AuthenticationFailure, detail: String) {
        #expect(failure.detail == detail)
    }
}
