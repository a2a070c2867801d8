import ProxyCore
import Testing

@Suite struct CredentialRejectionTests {
    @Test func theReasonsAreThoseThatArePromised() {
        #expect(
            CredentialRejection.allCases.map(\.rawValue) == [
                "missing", "malformed", "algorithm", "signature", "expired", "not_yet_valid", "issuer", "audience",
                "claims",
                "session_mismatch", "ip_mismatch", "replayed", "revoked", "role", "api_key", "rate_limited", "origin",
                "secret_unavailable",
            ]
        )
    }

    @Test(arguments: CredentialRejection.allCases) func aChallengeGoesWithEvery401AndNothingElse(
        rejection: CredentialRejection
    ) {
        #expect((rejection.challenge != nil) == (rejection.status == .unauthorized))
        if let description = rejection.errorDescription, let challenge = rejection.challenge {
            #expect(challenge.hasSuffix("error_description=\"\(description)\""))
            #expect(!description.contains("\"") && !description.contains("\\"))
        }
    }

    @Test(
        arguments: [
            (.missing, .unauthorized, "unauthorized", #"Bearer realm="cdp-proxy""#),
            (.signature, .unauthorized, "unauthorized", #"Bearer realm="cdp-proxy", error="invalid_token""#),
            (
                .expired, .unauthorized, "unauthorized",
                #"Bearer realm="cdp-proxy", error="invalid_token", error_description="the token or ticket has expired""#
            ), (.role, .forbidden, "forbidden", nil), (.origin, .forbidden, "forbidden", nil),
            (.rateLimited, .tooManyRequests, "rate_limited", nil),
            (.secretUnavailable, .serviceUnavailable, "unavailable", nil),
        ] as [(CredentialRejection, HTTPStatus, String, String?)]
    )
    func answers(rejection: CredentialRejection, status: HTTPStatus, error: String, challenge: String?) {
        #expect(rejection.status == status)
        #expect(rejection.error == error)
        #expect(rejection.challenge == challenge)
    }

    @Test(arguments: [
        CredentialRejection.missing, .malformed, .algorithm, .signature, .apiKey, .revoked, .origin,
        .secretUnavailable, .rateLimited,
    ])
    func nothingIsToldBeforeTheSignatureIsGood(rejection: CredentialRejection) {
        #expect(rejection.errorDescription == nil)
    }
}
