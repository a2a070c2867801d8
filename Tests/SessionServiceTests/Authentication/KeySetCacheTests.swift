import ProxyCore
import Testing

@testable import SessionService

private let curve = Identity.name("ec", .es256)
private let other = Identity.name("other", .es256)

/// The result of a lookup in one word.
private func word(_ lookup: KeySetCache.Lookup) -> String {
    switch lookup {
    case .key(let key): key.algorithm.rawValue
    case .unknown: "unknown"
    case .fetch: "fetch"
    case .wait: "wait"
    case .unavailable: "unavailable"
    }
}

@Suite struct KeySetCacheTests {
    private var cache = KeySetCache(timeToLive: 600)

    private mutating func lookup(_ name: KeyName = curve, at now: Double) -> String {
        word(cache.lookup(name, at: now))
    }

    private mutating func isDue(at now: Double) -> Bool { cache.beginRefreshIfDue(at: now) }

    /// A cache that fetched the usual set at 1000.
    private mutating func fill() async throws {
        _ = lookup(at: 1000)
        cache.finish(with: try await Identity.keys(), at: 1000)
    }

    @Test mutating func manyLookupsStartOneFetch() async throws {
        #expect(cache.age(at: 1000) == nil)
        #expect(lookup(at: 1000) == "fetch")
        for _ in 0..<50 { #expect(lookup(at: 1001) == "wait") }
        #expect(lookup(other, at: 1001) == "wait")
        #expect(!isDue(at: 5000))
        cache.finish(with: try await Identity.keys(), at: 1002)
        #expect(lookup(at: 1002) == "ES256")
        #expect(lookup(Identity.name("rsa", .rs256), at: 1002) == "RS256")
        #expect(cache.age(at: 1003) == 1)
    }

    @Test mutating func theFirstFetchIsDueImmediately() {
        #expect(isDue(at: 0))
        #expect(!isDue(at: 0))
        #expect(lookup(at: 0) == "wait")
    }

    @Test mutating func aRefreshIsDueBeforeTheKeysExpire() async throws {
        try await fill()
        #expect(cache.wakeAt == 1480)
        #expect(!isDue(at: 1479))
        #expect(isDue(at: 1480))
        #expect(!isDue(at: 1481))
        #expect(lookup(at: 1599) == "ES256")
        #expect(lookup(other, at: 1599) == "wait")
        #expect(lookup(at: 1600) == "wait")
        cache.finish(with: try await Identity.keys(), at: 1601)
        #expect(cache.wakeAt == 2081)
    }

    @Test mutating func expiredKeysAreFetchedAgain() async throws {
        try await fill()
        #expect(lookup(at: 1599.9) == "ES256")
        #expect(lookup(at: 1600) == "fetch")
    }

    @Test mutating func anUnknownKeyCausesOneRefetchInTenSeconds() async throws {
        try await fill()
        #expect(lookup(other, at: 1001) == "fetch")
        // A lookup of a known key does not wait for the fetch.
        #expect(lookup(at: 1001) == "ES256")
        #expect(lookup(other, at: 1001.5) == "wait")
        cache.finish(with: try await Identity.keys(), at: 1002)
        #expect(lookup(other, at: 1002) == "unknown")
        #expect(lookup(Identity.name("third", .es256), at: 1010.9) == "unknown")
        #expect(lookup(Identity.name("ec", .rs256), at: 1010.9) == "unknown")
        #expect(lookup(other, at: 1011) == "fetch")
        cache.finish(with: try await Identity.keys(Identity.set(Identity.key(.curve, "other"))), at: 1011)
        #expect(lookup(other, at: 1011) == "ES256")
        #expect(lookup(at: 1012) == "unknown")
    }

    @Test mutating func theLastKeysServeWhileTheProviderIsDown() async throws {
        try await fill()
        #expect(lookup(at: 1600) == "fetch")
        cache.finishWithFailure(at: 1605)
        #expect(lookup(at: 1605) == "ES256")
        #expect(lookup(at: 99_999) == "ES256")
        #expect(cache.age(at: 99_999) == 98_999)
        // It cannot judge an unknown key meanwhile.
        #expect(lookup(other, at: 99_999) == "fetch")
        cache.finishWithFailure(at: 100_000)
        #expect(lookup(other, at: 100_001) == "unavailable")
        #expect(lookup(at: 100_001) == "ES256")
        cache.finish(with: try await Identity.keys(), at: 100_002)
        #expect(lookup(other, at: 100_003) == "unknown")
        #expect(lookup(at: 100_601.9) == "ES256")
        #expect(lookup(at: 100_602) == "fetch")
    }

    @Test mutating func withoutKeysFailedFetchesAreSpaced() {
        var now = 1000.0
        var pauses: [Double] = []
        for _ in 0..<7 {
            #expect(lookup(at: now) == "fetch")
            cache.finishWithFailure(at: now)
            let next = cache.wakeAt
            #expect(lookup(at: now) == "unavailable")
            #expect(lookup(at: next - 0.001) == "unavailable")
            #expect(!isDue(at: next - 0.001))
            pauses.append(next - now)
            now = next
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
        #expect(isDue(at: now))
    }
}
