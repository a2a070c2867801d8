import ProxyCore
import TestSupport
import Testing

@testable import SessionService

/// Runs a body with a started authenticator whose clocks stand still, and shuts everything down.
private func withAuthenticator(
    answer: ScriptedHTTPServer.Answer? = nil,
    _ body: (Authenticator, ScriptedProvider) async throws -> Void
) async throws {
    let provider = ScriptedProvider()
    if let answer { provider.set(answer) }
    let authenticator = try Authenticator(provider.settings(), clock: { Identity.now }, ticks: { 1000 })
    try authenticator.start()
    let result: Result<Void, any Error>
    do { result = .success(try await body(authenticator, provider)) } catch { result = .failure(error) }
    await authenticator.shutdown()
    provider.stop()
    try result.get()
}

extension Authenticator {
    /// The user, or the reason of the refusal.
    fileprivate func answer(_ headers: String...) async -> String {
        do throws(AuthenticationFailure) { return try await user(authorization: headers) } catch {
            return error.rawValue
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct AuthenticatorTests {
    @Test func aGoodTokenNamesItsUser() async throws {
        try await withAuthenticator { authenticator, provider in
            #expect(await authenticator.answer("Bearer " + Identity.token()) == "user-1")
            let other = Identity.token(
                header: Identity.rsaHeader,
                payload: Identity.payload(["sub": #""user-2""#]),
                .rsa
            )
            #expect(await authenticator.answer("bearer " + other) == "user-2")
            #expect(authenticator.keySetAge != nil)
            #expect(provider.requests.count == 1)
        }
    }

    @Test func aRefusalHasItsReason() async throws {
        try await withAuthenticator { authenticator, _ in
            let good = "Bearer " + Identity.token()
            #expect(await authenticator.answer() == "missing")
            #expect(await authenticator.answer(good, good) == "malformed_header")
            #expect(await authenticator.answer("Basic x") == "malformed_header")
            #expect(await authenticator.answer("Bearer x") == "malformed")
            #expect(await authenticator.answer("Bearer " + Identity.token(.otherCurve)) == "signature")
            let expired = Identity.token(payload: Identity.payload(["exp": "1"]))
            #expect(await authenticator.answer("Bearer " + expired) == "expired")
        }
    }

    @Test func noHostileTokenIsAccepted() async throws {
        try await withAuthenticator { authenticator, provider in
            for hostile in HostileIdentityToken.all {
                let reason = hostile.reason?.rawValue
                let answer = await authenticator.answer("Bearer " + hostile.token)
                #expect(reason == nil || answer == reason || answer == "malformed_header", "\(hostile)")
            }
            // One refetch for all the invented keys.
            #expect(provider.requests.count == 2)
        }
    }

    @Test func aMalformedTokenCausesNoFetch() async throws {
        try await withAuthenticator(answer: .hang) { authenticator, _ in
            // It does not wait for the keys, which never come.
            #expect(await authenticator.answer("Bearer x.y.z") == "malformed")
            #expect(await authenticator.answer("Bearer " + Identity.token(header: #"{"alg":"none"}"#)) == "algorithm")
        }
    }

    @Test func anUnreachableProviderIsItsOwnReason() async throws {
        try await withAuthenticator(answer: .respond(500, "")) { authenticator, _ in
            #expect(await authenticator.answer("Bearer " + Identity.token()) == "provider_unavailable")
        }
    }

    @Test func noTokenIsAcceptedBeforeTheStartOrAfterTheShutdown() async throws {
        let provider = ScriptedProvider()
        let authenticator = try Authenticator(provider.settings(), clock: { Identity.now })
        let header = "Bearer " + Identity.token()
        #expect(await authenticator.answer(header) == "provider_unavailable")
        try authenticator.start()
        #expect(await authenticator.answer(header) == "user-1")
        await authenticator.shutdown()
        #expect(await authenticator.answer(header) == "provider_unavailable")
        await authenticator.shutdown()
        provider.stop()
    }

    @Test func anAuthenticatorThatNeverStartedNeedsNoShutdown() async throws {
        let provider = ScriptedProvider()
        _ = try Authenticator(provider.settings())
        let other = try Authenticator(provider.settings())
        await other.shutdown()
        provider.stop()
    }
}
