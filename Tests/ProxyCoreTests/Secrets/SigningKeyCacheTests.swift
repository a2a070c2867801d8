import TestSupport
import Testing

@testable import ProxyCore

/// A version with a key of its own.
private func version(_ id: String, created: Timestamp? = nil) -> SecretVersion {
    guard let key = SigningKey(Array("key of \(id)".utf8) + [UInt8](repeating: 0, count: 32)) else {
        preconditionFailure("long enough")
    }
    return SecretVersion(id: id, key: key, created: created)
}

private func fetched(_ id: String, previous: String? = nil, created: Timestamp? = nil) -> SecretVersions {
    SecretVersions(current: version(id, created: created), previous: previous.map { version($0) })
}

/// What a lookup said, in a word.
private func word(_ lookup: SigningKeyCache.Lookup?) -> String {
    switch lookup {
    case nil: "nothing"
    case .ready(let keys):
        ([keys.current] + [keys.previous].compactMap(\.self)).map { "key of \($0.id)" }.joined(separator: ", ")
    case .fetch: "fetch"
    case .wait: "wait"
    case .failed(let failure): "failed: \(failure.label)"
    }
}

@Suite final class SigningKeyCacheTests {
    private var cache = SigningKeyCache(timeToLive: .seconds(300), overlap: .seconds(3600))

    private func isDue(at now: Timestamp) -> Bool { cache.refreshIsDue(at: now) }

    /// A cache that fetched version A at 1000.
    private func fill(created: Timestamp? = nil, previous: String? = nil) {
        _ = cache.lookup(at: 1000)
        cache.finish(with: fetched("A", previous: previous, created: created), at: 1000)
    }

    @Test func fetchesOnceHoweverManyAsk() {
        #expect(word(cache.lookup(at: 1000)) == "fetch")
        for _ in 0..<50 { #expect(word(cache.lookup(at: 1001)) == "wait") }
        #expect(word(cache.lookupAfterBadSignature(at: 1001)) == "wait")
        #expect(!isDue(at: 5000))
        cache.finish(with: fetched("A"), at: 1002)
        #expect(word(cache.lookup(at: 1002)) == "key of A")
    }

    @Test func refreshesBeforeTheKeyRunsOut() {
        #expect(cache.wakeAt == nil)
        fill()
        #expect(cache.wakeAt == 1240)
        #expect(!isDue(at: 1239))
        #expect(isDue(at: 1240))
        #expect(!isDue(at: 1241))
        #expect(word(cache.lookup(at: 1299)) == "key of A")
        #expect(word(cache.lookup(at: 1300)) == "wait")
        cache.finish(with: fetched("A"), at: 1300)
        #expect(cache.wakeAt == 1540)
    }

    @Test func fetchesWhenTheTimeToLiveIsOver() {
        fill()
        #expect(word(cache.lookup(at: 1299.9)) == "key of A")
        #expect(word(cache.lookup(at: 1300)) == "fetch")
    }

    @Test func refetchesAfterABadSignatureOnceInTenSeconds() {
        fill()
        #expect(word(cache.lookupAfterBadSignature(at: 1001)) == "fetch")
        cache.finish(with: fetched("A"), at: 1001)
        #expect(word(cache.lookupAfterBadSignature(at: 1010.9)) == "nothing")
        #expect(word(cache.lookupAfterBadSignature(at: 1011)) == "fetch")
        cache.finish(with: .unreachable("x"), at: 1011)
        #expect(word(cache.lookupAfterBadSignature(at: 1012)) == "nothing")
        // A clock that was set back does not end the refetching.
        #expect(word(cache.lookupAfterBadSignature(at: 10)) == "fetch")
    }

    @Test func acceptsTheVersionBeforeForTheOverlap() {
        fill(created: 900, previous: "P")
        #expect(word(cache.lookup(at: 1200)) == "key of A, key of P")
        _ = isDue(at: 4300)
        cache.finish(with: fetched("A", previous: "P", created: 900), at: 4300)
        #expect(word(cache.lookup(at: 4499)) == "key of A, key of P")
        #expect(word(cache.lookup(at: 4500)) == "key of A")
    }

    @Test func countsTheOverlapFromTheRotationItSaw() {
        fill(created: 900)
        _ = isDue(at: 1240)
        // An older version was made current again: its own date would have the overlap long over.
        #expect(cache.acceptsPrevious(beside: version("B", created: -9000), at: 1240))
        cache.finish(with: fetched("B", previous: "A", created: -9000), at: 1240)
        #expect(word(cache.lookup(at: 1241)) == "key of B, key of A")
        _ = isDue(at: 4839)
        cache.finish(with: fetched("B", previous: "A", created: -9000), at: 4839)
        #expect(word(cache.lookup(at: 4839)) == "key of B, key of A")
        #expect(word(cache.lookup(at: 4840)) == "key of B")
        #expect(!cache.acceptsPrevious(beside: version("B", created: -9000), at: 4840))
    }

    @Test func noOverlapMeansNoVersionBefore() {
        cache = SigningKeyCache(timeToLive: .seconds(300), overlap: .zero)
        fill(created: 1000, previous: "P")
        #expect(word(cache.lookup(at: 1000)) == "key of A")
        #expect(!cache.acceptsPrevious(beside: version("B"), at: 1000))
    }

    @Test(arguments: [
        SecretFailure.unreachable("timeout"), .noCredentials("x"),
        .unauthenticated(UnauthenticatedRequest(code: "InvalidSignatureException", clockDifference: -600)),
    ])
    func servesTheLastKeyWhileSecretsManagerIsSilent(failure: SecretFailure) {
        fill()
        #expect(word(cache.lookup(at: 1300)) == "fetch")
        cache.finish(with: failure, at: 1302)
        #expect(word(cache.lookup(at: 1302)) == "key of A")
        #expect(word(cache.lookup(at: 99_999)) == "key of A")
        #expect(cache.age(at: 99_999) == 98_999)
        cache.finish(with: fetched("A"), at: 100_000)
        #expect(word(cache.lookup(at: 100_299)) == "key of A")
        #expect(word(cache.lookup(at: 100_300)) == "fetch")
    }

    @Test(arguments: [
        SecretFailure.denied("AccessDeniedException"), .gone("ResourceNotFoundException"), .unusable(.tooShort),
    ])
    func servesNoKeyOnceTheAnswerIsNo(failure: SecretFailure) {
        fill()
        #expect(isDue(at: 1240))
        cache.finish(with: failure, at: 1240)
        #expect(word(cache.lookup(at: 1240)) == "failed: \(failure.label)")
        #expect(cache.age(at: 1240) == nil)
        // A later silence does not bring the key back.
        #expect(word(cache.lookup(at: 1241)) == "fetch")
        cache.finish(with: .unreachable("x"), at: 1242)
        #expect(word(cache.lookup(at: 1242)) == "failed: unreachable")
    }

    @Test func triesAgainAfterEverLongerPauses() {
        var now: Timestamp = 1000
        var pauses: [Double] = []
        #expect(word(cache.lookup(at: now)) == "fetch")
        for _ in 0..<7 {
            cache.finish(with: .unreachable("x"), at: now)
            let next = cache.wakeAt ?? 0
            pauses.append(next.seconds(since: now))
            now = next
            #expect(isDue(at: now))
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
    }
}

@Suite struct SecretVersionTests {
    private static func read(
        _ status: Int,
        _ body: String,
        date: Timestamp? = nil
    ) throws(SecretFailure) -> SecretVersion {
        try SecretVersion.read(HTTPSResponse(status: status, body: Array(body.utf8), date: date), now: 1000).get()
    }

    @Test func readsAnAnswer() throws {
        let key = String(repeating: "k", count: 32)
        let body = #"{"ARN":"a","Name":"n","VersionId":"v1","SecretString":"\#(key)","CreatedDate":1.5e9}"#
        let version = try Self.read(200, body)
        #expect(version.id == "v1")
        let expected = try #require(SigningKey(key.utf8))
        #expect(version.key.token(header: [], payload: []) == expected.token(header: [], payload: []))
        #expect(version.created == 1_500_000_000)
    }

    @Test(arguments: [
        (400, #"{"__type":"ResourceNotFoundException"}"#, SecretFailure.gone("ResourceNotFoundException")),
        (400, #"{"__type":"InvalidRequestException"}"#, .gone("InvalidRequestException")),
        (400, #"{"__type":"AccessDeniedException","Message":"x"}"#, .denied("AccessDeniedException")),
        (400, #"{"__type":"com.amazonaws#AccessDeniedException:http://x/"}"#, .denied("AccessDeniedException")),
        (400, #"{"__type":"ThrottlingException"}"#, .unreachable("status 400")),
        (500, #"{"__type":"InternalServiceError"}"#, .unreachable("status 500")),
        (403, "<html>a proxy on the way</html>", .unreachable("status 403")),
        (302, "", .unreachable("status 302")),
        (200, "<html>", .unreachable("an answer that is not Secrets Manager's")),
        (200, #"{"VersionId":"v","SecretBinary":"AAAA"}"#, .unusable(.noText)),
        (200, #"{"VersionId":"v","SecretString":"{}"}"#, .unusable(.noSigningKey)),
    ])
    func tellsWhatAFailureMeans(status: Int, body: String, expected: SecretFailure) {
        #expect(throws: expected) { try Self.read(status, body) }
    }

    /// Clocks and credentials are ours to put right: nothing was said of the secret.
    @Test(arguments: [
        "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestExpired",
        "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException", "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken",
        "ExpiredTokenException", "com.amazon.coral.service#InvalidSignatureException",
        "InvalidSignatureException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    ])
    func aRequestThatIsNotOursIsNoDenial(type: String) throws {
        let failure = #expect(throws: SecretFailure.self) { try Self.read(403, #"{"__type":"\#(type)"}"#, date: 1903) }
        guard case .unauthenticated(let request) = failure else {
            return #expect(Bool(false), "\(String(describing: failure))")
        }
        #expect(type.contains(request.code))
        #expect(request.clockDifference == -903)
        #expect(failure?.lastKeyMayServe == true)
        #expect(failure?.detail == "\(request.code); this machine's clock is 903 s behind Secrets Manager's")
    }

    @Test(arguments: [
        "Signature expired: 20261121T202611Z is now earlier than 20261121T203611Z", "Signature not yet current: x",
    ])
    func aClocksMessageIsNoDenialUnderAnyCode(message: String) {
        for name in ["message", "Message"] {
            let body = #"{"__type":"AccessDeniedException","\#(name)":"\#(message)"}"#
            let expected = UnauthenticatedRequest(code: "AccessDeniedException", clockDifference: nil)
            #expect(throws: SecretFailure.unauthenticated(expected)) { try Self.read(403, body) }
        }
    }

    @Test(arguments: [(0.0, "0 s ahead of"), (12.4, "12 s ahead of"), (1e300, "1000000000000 s ahead of")])
    func aDifferenceIsWritten(seconds: Double, expected: String) {
        let request = UnauthenticatedRequest(code: "X", clockDifference: seconds)
        #expect(request.detail == "X; this machine's clock is \(expected) Secrets Manager's")
        #expect(UnauthenticatedRequest(code: "X", clockDifference: nil).detail == "X")
    }
}
