import ProxyCore
import TestSupport
import Testing

@testable import SessionService

/// A source with its provider, clock and recorded events.
private struct Scene: Sendable {
    let provider: ScriptedProvider
    let source: KeySetSource
    let ticks: ManualTicks
    let recorded: RecordedEvents

    /// The result of asking for a key: its algorithm or the reason.
    func key(_ id: String = "ec", _ algorithm: IdentityAlgorithm = .es256) async -> String {
        do throws(AuthenticationFailure) {
            return try await source.key(Identity.name(id, algorithm)).algorithm.rawValue
        } catch {
            return error.rawValue
        }
    }

    /// The results of asking many times at once.
    func keys(_ count: Int, _ id: String = "ec") async -> Set<String> {
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<count { group.addTask { await key(id) } }
            return await group.reduce(into: []) { $0.insert($1) }
        }
    }
}

/// Runs a body with a started source, and shuts everything down.
private func withSource(
    timeToLive: Double = 600,
    deadline: Duration = .seconds(60),
    answer: ScriptedHTTPServer.Answer? = nil,
    _ body: (Scene) async throws -> Void
) async throws {
    let provider = ScriptedProvider()
    if let answer { provider.set(answer) }
    let (ticks, recorded) = (ManualTicks(), RecordedEvents())
    let loop = try EventLoop()
    let thread = try LoopThread(loop)
    let settings = provider.settings(timeToLive: timeToLive, deadline: deadline)
    let source = KeySetSource(settings, on: loop, events: recorded.events, clock: { ticks.now })
    source.start()
    let scene = Scene(provider: provider, source: source, ticks: ticks, recorded: recorded)
    let result: Result<Void, any Error>
    do { result = .success(try await body(scene)) } catch { result = .failure(error) }
    await source.close()
    await thread.stop()
    provider.stop()
    try result.get()
}

private let failures: [(String, ScriptedHTTPServer.Answer, String, String)] = [
    ("HTML", .respond(200, "<html>sign in</html>"), "malformed", "an answer that is not a JSON Web Key Set"),
    ("no keys", .respond(200, #"{"keys":[]}"#), "no_keys", "no RS256 or ES256 key in the set"),
    (
        "huge", .respond(200, Identity.usualSet + String(repeating: " ", count: 262_144)), "unreachable",
        "an answer that is too long"
    ),
    ("cut off", .raw("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{"), "unreachable", "an answer that is not HTTP"),
    ("nothing", .raw(""), "unreachable", "an answer that is not HTTP"),
    ("500", .respond(500, Identity.usualSet), "status", "status 500"),
    ("203", .respond(203, Identity.usualSet), "status", "status 203"),
    ("a redirect", .raw("HTTP/1.1 302 Found\r\nLocation: /keys\r\nContent-Length: 0\r\n\r\n"), "status", "status 302"),
]

@Suite(.timeLimit(.minutes(5))) struct KeySetSourceTests {
    @Test func manyWaitingCallersShareOneFetch() async throws {
        try await withSource { scene in
            #expect(await scene.keys(50) == ["ES256"])
            #expect(await scene.key("rsa", .rs256) == "RS256")
            #expect(scene.provider.requests.map(\.line) == ["GET /keys?v=1 HTTP/1.1"])
            #expect(scene.provider.requests.first?.fields["accept"] == "application/json")
            #expect(scene.recorded.lines == ["info jwks_fetched keys=2"])
            #expect(scene.recorded.counts == ["ok"])
            scene.ticks.advance(by: 5)
            #expect(scene.source.age == 5)
        }
    }

    @Test func aRotationIsSeenAtOnceAndInventedNamesCauseOneRefetch() async throws {
        try await withSource { scene in
            #expect(await scene.key() == "ES256")
            scene.provider.set(.respond(200, Identity.set(Identity.key(.otherCurve, "new"))))
            #expect(await scene.keys(50, "new") == ["ES256"])
            #expect(scene.provider.requests.count == 2)
            #expect(await scene.key() == "unknown_key")
            #expect(await scene.keys(50, "invented") == ["unknown_key"])
            #expect(scene.provider.requests.count == 2)
            scene.ticks.advance(by: 10)
            #expect(await scene.keys(50, "invented") == ["unknown_key"])
            #expect(scene.provider.requests.count == 3)
        }
    }

    @Test(arguments: failures)
    func aFailedFetchIsLoggedAndCounted(
        name: String,
        answer: ScriptedHTTPServer.Answer,
        label: String,
        detail: String
    ) async throws {
        try await withSource(answer: answer) { scene in
            #expect(await scene.keys(20) == ["provider_unavailable"])
            #expect(scene.recorded.lines == ["error jwks_failed reason=\(detail)"])
            #expect(scene.recorded.counts == [label])
            #expect(scene.source.age == nil)
        }
    }

    @Test func aSlowFetchEndsAtItsDeadline() async throws {
        try await withSource(deadline: .milliseconds(50), answer: .hang) { scene in
            #expect(await scene.keys(20) == ["provider_unavailable"])
            #expect(scene.recorded.lines == ["error jwks_failed reason=no answer in time"])
        }
    }

    @Test func aFailedFetchIsNotRepeatedAtOnce() async throws {
        try await withSource(answer: .respond(503, "")) { scene in
            #expect(await scene.key() == "provider_unavailable")
            #expect(await scene.keys(50) == ["provider_unavailable"])
            #expect(scene.provider.requests.count == 1)
            scene.provider.set(.respond(200, Identity.usualSet))
            scene.ticks.advance(by: 1)
            #expect(await scene.keys(50) == ["ES256"])
            #expect(scene.provider.requests.count == 2)
        }
    }

    @Test(arguments: failures)
    func theLastKeysServeWhileFetchesFail(
        name: String,
        answer: ScriptedHTTPServer.Answer,
        label: String,
        detail: String
    ) async throws {
        try await withSource { scene in
            #expect(await scene.key() == "ES256")
            scene.provider.set(answer)
            scene.ticks.advance(by: 600)
            #expect(await scene.key() == "ES256")
            #expect(await scene.key("other") == "provider_unavailable")
            scene.ticks.advance(by: 86_400)
            #expect(await scene.key() == "ES256")
            #expect(scene.recorded.lines.contains("warning jwks_failed reason=\(detail)"))
        }
    }

    @Test func theLastKeysServeWhileTheProviderDoesNotListen() async throws {
        try await withSource { scene in
            #expect(await scene.key() == "ES256")
            scene.provider.stop()
            scene.ticks.advance(by: 600)
            #expect(await scene.key() == "ES256")
            scene.ticks.advance(by: 86_400)
            #expect(await scene.key() == "ES256")
        }
    }

    @Test func keysAreRefreshedWithoutALookup() async throws {
        let provider = ScriptedProvider()
        let loop = try EventLoop()
        let thread = try LoopThread(loop)
        let source = KeySetSource(
            provider.settings(timeToLive: 0.05),
            on: loop,
            clock: { Double(Instant.now().nanoseconds) / 1e9 }
        )
        source.start()
        await provider.waitUntilAsked(3)
        await source.close()
        await thread.stop()
        provider.stop()
    }

    @Test func aFailedFetchIsRepeatedWithoutALookup() async throws {
        let provider = ScriptedProvider()
        provider.set(.respond(500, ""))
        // Each reading of the clock is a minute later, so that every pause has ended when it is computed.
        let ticks = ManualTicks()
        let loop = try EventLoop()
        let thread = try LoopThread(loop)
        let source = KeySetSource(
            provider.settings(),
            on: loop,
            clock: {
                ticks.advance(by: 60)
                return ticks.now
            }
        )
        source.start()
        await provider.waitUntilAsked()
        provider.set(.respond(200, Identity.usualSet))
        await provider.waitUntilAsked()
        await source.close()
        await thread.stop()
        provider.stop()
    }

    @Test func closingLeavesNoCallerWaiting() async throws {
        try await withSource(answer: .hang) { scene in
            async let waiting = scene.keys(20)
            await scene.provider.waitUntilAsked()
            await scene.source.close()
            #expect(await waiting == ["provider_unavailable"])
            #expect(await scene.key() == "provider_unavailable")
            #expect(scene.recorded.lines == [])
        }
    }

    @Test func aSourceThatIsNotStartedRefusesAtOnce() async throws {
        let provider = ScriptedProvider()
        let source = KeySetSource(provider.settings(), on: try EventLoop(), clock: { 0 })
        await #expect(throws: AuthenticationFailure.providerUnavailable) {
            try await source.key(Identity.name("ec", .es256))
        }
        await source.close()
        #expect(provider.requests.isEmpty)
        provider.stop()
    }
}
