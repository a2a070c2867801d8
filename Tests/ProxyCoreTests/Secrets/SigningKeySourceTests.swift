import ProxyCore
import Synchronization
import TestSupport
import Testing

private let firstKey = String(repeating: "1", count: 32)
private let secondKey = String(repeating: "2", count: 32)

/// A clock the test sets.
private final class ManualClock: Sendable {
    private let moment = Mutex(Timestamp(microseconds: 1_000_000_000_000))

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by seconds: Double) {
        moment.withLock { $0 += seconds }
    }
}

/// What a source told of its fetches.
private final class FailureList {
    var all: [SecretFailure] = []
}

/// A source on a loop.
private actor KeyUser {
    private let loop: EventLoop
    private let source: SigningKeySource
    private let seen: FailureList

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop, _ location: SecretLocation, _ clock: ManualClock) {
        self.loop = loop
        let seen = FailureList()
        self.seen = seen
        source = SigningKeySource(
            location,
            timeToLive: .seconds(300),
            overlap: .seconds(3600),
            on: loop,
            clock: { clock.now },
            observe: { if let failure = $0 { seen.all.append(failure) } }
        )
    }

    /// Every fetch that failed.
    var failures: [SecretFailure] { seen.all }

    /// The keys as text, or the failure's label.
    func keys() async -> String {
        do throws(SecretFailure) { return Self.text(try await source.keys()) } catch { return error.label }
    }

    /// The keys after a bad signature.
    func keysAfterBadSignature() async -> String {
        guard let keys = await source.keysAfterBadSignature() else { return "none" }
        return Self.text(keys)
    }

    /// The keys that need not be waited for.
    func keysAtHand() -> String { source.keysAtHand.map(Self.text) ?? "none" }

    /// Keeps the keys fresh until the source is closed.
    func run() async {
        await source.run()
    }

    /// Ends everything.
    func close() {
        source.close()
    }

    private static func text(_ keys: SigningKeys) -> String {
        ([keys.current] + [keys.previous].compactMap(\.self)).map(name).joined(separator: "+")
    }

    /// Which of the two keys it is: the one that signs alike.
    private static func name(_ key: SigningKey) -> String {
        let signed = key.token(header: [], payload: [])
        return [firstKey, secondKey].first { SigningKey($0.utf8)?.token(header: [], payload: []) == signed }
            .map { String($0.prefix(1)) } ?? "another"
    }
}

/// One secret of a scripted Secrets Manager.
private struct Secret {
    var versions: [String: (id: String, key: String)] = ["AWSCURRENT": ("v1", firstKey)]
    var failure: (status: Int, type: String)?
    var created = 0.0

    func answer(_ request: ScriptedHTTPServer.Request) -> ScriptedHTTPServer.Answer {
        if let failure { return .respond(failure.status, "{\"__type\":\"\(failure.type)\"}") }
        let version = versions.first { request.body.contains("\"\($0.key)\"") }?.value
        guard let version else { return .respond(400, "{\"__type\":\"ResourceNotFoundException\"}") }
        return .respond(
            200,
            "{\"VersionId\":\"\(version.id)\",\"SecretString\":\"\(version.key)\",\"CreatedDate\":\(created)}"
        )
    }
}

private func location(_ server: ScriptedHTTPServer, _ credentials: AWSCredentialSource? = nil) throws -> SecretLocation
{
    let fixed = AWSCredentials(
        accessKeyID: "FIXED",
        secretAccessKey: SecretBytes(utf8: "secret"),
        sessionToken: nil,
        expiration: nil
    )
    return SecretLocation(
        id: "name",
        region: "eu-west-1",
        endpoint: try #require(EndpointURL("http://127.0.0.1:\(server.port)")),
        credentials: credentials ?? .fixed(fixed)
    )
}

/// Runs a body with a source, and closes it.
private func withSource(
    _ location: SecretLocation,
    _ body: (KeyUser, ManualClock) async throws -> Void
) async throws {
    try await withLoop { resident in
        let clock = ManualClock()
        let user = await KeyUser(resident.perform { $0 }, location, clock)
        let result: Result<Void, any Error>
        do { result = .success(try await body(user, clock)) } catch { result = .failure(error) }
        await user.close()
        try result.get()
    }
}

@Suite struct SigningKeySourceTests {
    @Test func fetchesOnceHoweverManyWait() async throws {
        let server = ScriptedHTTPServer { request, _ in Secret().answer(request) }
        defer { server.stop() }
        try await withSource(try location(server)) { user, clock in
            #expect(await user.keysAtHand() == "none")
            let all = await withTaskGroup(of: String.self) { group in
                for _ in 0..<40 { group.addTask { await user.keys() } }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(await user.keysAtHand() == all.first)
            clock.advance(by: 301)
            #expect(await user.keysAtHand() == "none")
            #expect(all == ["1"])
            #expect(server.requests.count == 1)
            #expect(server.requests.first?.fields["x-amz-target"] == "secretsmanager.GetSecretValue")
            #expect(server.requests.first?.fields["content-type"] == "application/x-amz-json-1.1")
            #expect(server.requests.first?.body == #"{"SecretId":"name","VersionStage":"AWSCURRENT"}"#)
        }
    }

    @Test func seesARotationAfterABadSignature() async throws {
        let secret = Mutex(Secret())
        let server = ScriptedHTTPServer { request, _ in secret.withLock { $0.answer(request) } }
        defer { server.stop() }
        try await withSource(try location(server)) { user, clock in
            #expect(await user.keys() == "1")
            secret.withLock { $0.versions = ["AWSCURRENT": ("v2", secondKey), "AWSPREVIOUS": ("v1", firstKey)] }
            #expect(await user.keys() == "1")
            #expect(await user.keysAfterBadSignature() == "2+1")
            #expect(await user.keys() == "2+1")
            let count = server.requests.count
            #expect(await user.keysAfterBadSignature() == "none")
            #expect(server.requests.count == count)
            clock.advance(by: 3601)
            #expect(await user.keys() == "2")
        }
    }

    @Test func keepsTheKeyBeforeWhenItsStageCannotBeAsked() async throws {
        let secret = Mutex(Secret())
        let server = ScriptedHTTPServer { request, _ in
            request.body.contains("AWSPREVIOUS") ? .respond(500, "{}") : secret.withLock { $0.answer(request) }
        }
        defer { server.stop() }
        try await withSource(try location(server)) { user, _ in
            #expect(await user.keys() == "1")
            secret.withLock { $0.versions = ["AWSCURRENT": ("v2", secondKey)] }
            #expect(await user.keysAfterBadSignature() == "2+1")
        }
    }

    @Test func servesTheLastKeyWhileUnreachableButNotWhenDenied() async throws {
        let secret = Mutex(Secret())
        let server = ScriptedHTTPServer { request, _ in secret.withLock { $0.answer(request) } }
        defer { server.stop() }
        try await withSource(try location(server)) { user, clock in
            #expect(await user.keys() == "1")
            secret.withLock { $0.failure = (500, "InternalServiceError") }
            clock.advance(by: 301)
            #expect(await user.keys() == "1")
            clock.advance(by: 86_400)
            #expect(await user.keys() == "1")
            secret.withLock { $0.failure = (400, "AccessDeniedException") }
            #expect(await user.keysAfterBadSignature() == "none")
            #expect(await user.keys() == "denied")
            secret.withLock { $0.failure = nil }
            clock.advance(by: 30)
            #expect(await user.keys() == "1")
        }
    }

    /// A clock that is wrong, or keys of AWS' that are, say nothing of the secret. The answer's `Date` tells which.
    @Test(arguments: [
        "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "ExpiredTokenException",
    ])
    func servesTheLastKeyWhileItsRequestsAreNotTaken(code: String) async throws {
        let failing = Mutex(false)
        let server = ScriptedHTTPServer { request, _ in
            guard failing.withLock({ $0 }) else { return Secret().answer(request) }
            let body = "{\"__type\":\"\(code)\",\"message\":\"Signature expired: x\"}"
            return .raw(
                "HTTP/1.1 403 Forbidden\r\nDate: Mon, 12 Jan 1970 13:51:41 GMT\r\nContent-Length: \(body.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n\(body)"
            )
        }
        defer { server.stop() }
        try await withSource(try location(server)) { user, clock in
            #expect(await user.keys() == "1")
            failing.withLock { $0 = true }
            clock.advance(by: 301)
            #expect(await user.keys() == "1")
            clock.advance(by: 86_400)
            #expect(await user.keysAfterBadSignature() == "1")
            let details = await user.failures.map(\.detail)
            #expect(details.first == "\(code); this machine's clock is 0 s ahead of Secrets Manager's")
            #expect(details.last == "\(code); this machine's clock is 86400 s ahead of Secrets Manager's")
        }
    }

    @Test func refreshesByItselfBeforeTheKeyRunsOut() async throws {
        let answered = AsyncStream<Int>.makeStream()
        let server = ScriptedHTTPServer { request, number in
            answered.continuation.yield(number)
            return Secret().answer(request)
        }
        defer { server.stop() }
        try await withSource(try location(server)) { user, clock in
            #expect(await user.keys() == "1")
            clock.advance(by: 240)
            async let running: Void = user.run()
            for await number in answered.stream where number == 1 { break }
            #expect(await user.keys() == "1")
            #expect(server.requests.count == 2)
            await user.close()
            await running
        }
    }

    @Test func asksForCredentialsAnewWhenTheyAreNotTaken() async throws {
        let server = ScriptedHTTPServer { request, number in
            if request.line.hasPrefix("GET /creds") {
                let body =
                    #"{"AccessKeyId":"KEY\#(number)","SecretAccessKey":"S","Token":"T","Expiration":"2030-01-01T00:00:00Z"}"#
                return .respond(200, body)
            }
            let isOld = request.fields["authorization"]?.contains("=KEY0/") == true
            return isOld ? .respond(400, #"{"__type":"ExpiredTokenException"}"#) : Secret().answer(request)
        }
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.port)/creds"
        let endpoint = try #require(
            ContainerCredentialsEndpoint(full: url, authorization: .token(SecretBytes(utf8: "pod")))
        )
        try await withSource(try location(server, .container(endpoint))) { user, _ in
            #expect(await user.keys() == "1")
            #expect(
                server.requests.map { String($0.line.prefix(10)) } == [
                    "GET /creds", "POST / HTT", "GET /creds", "POST / HTT",
                ]
            )
            #expect(server.requests.first?.fields["authorization"] == "pod")
            #expect(server.requests.last?.fields["x-amz-security-token"] == "T")
        }
    }

    @Test func asksTheInstanceMetadataServiceWithAToken() async throws {
        let path = "/latest/meta-data/iam/security-credentials/"
        let server = ScriptedHTTPServer { request, _ in
            let hasToken = request.fields["x-aws-ec2-metadata-token"] == "imds-token"
            switch request.line {
            case "PUT /latest/api/token HTTP/1.1":
                return request.fields["x-aws-ec2-metadata-token-ttl-seconds"] == nil
                    ? .respond(400, "") : .respond(200, "imds-token")
            case "GET \(path) HTTP/1.1": return hasToken ? .respond(200, "the-role") : .respond(401, "")
            case "GET \(path)the-role HTTP/1.1":
                let body =
                    #"{"Code":"Success","AccessKeyId":"IMDS","SecretAccessKey":"S","Token":"T","Expiration":"2030-01-01T00:00:00Z"}"#
                return hasToken ? .respond(200, body) : .respond(401, "")
            default: return Secret().answer(request)
            }
        }
        defer { server.stop() }
        let url = try #require(EndpointURL("http://127.0.0.1:\(server.port)/"))
        try await withSource(try location(server, .instanceMetadata(url))) { user, _ in
            #expect(await user.keys() == "1")
            #expect(server.requests.last?.fields["authorization"]?.contains("Credential=IMDS/") == true)
        }
    }

    @Test(arguments: ["../../x", "a/b", "a b", ""])
    func takesNoOtherPathForARole(role: String) async throws {
        let server = ScriptedHTTPServer { request, _ in .respond(200, request.line.hasPrefix("PUT") ? "token" : role) }
        defer { server.stop() }
        let url = try #require(EndpointURL("http://127.0.0.1:\(server.port)/"))
        try await withSource(try location(server, .instanceMetadata(url))) { user, _ in
            #expect(await user.keys() == "no_credentials")
            #expect(server.requests.count == 2)
        }
    }

    @Test func aFixedKeyNeedsNoFetch() async throws {
        let source = SigningKeySource(fixed: try #require(SigningKey(firstKey.utf8)))
        let asked = try await source.keys()
        #expect(source.keysAtHand?.current === asked.current)
        #expect(await source.keysAfterBadSignature() == nil)
        #expect(source.age == nil)
        await source.run()
        source.close()
    }
}
