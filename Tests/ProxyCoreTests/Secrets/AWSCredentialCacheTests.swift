import ProxyCore
import TestSupport
import Testing

@Suite struct AWSCredentialCacheTests {
    private func credentials(until expiration: Timestamp?) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: "A",
            secretAccessKey: SecretBytes(utf8: "S"),
            sessionToken: nil,
            expiration: expiration
        )
    }

    @Test func refreshesFiveMinutesAheadAndKeepsTheOldUntilTheyExpire() {
        var cache = AWSCredentialCache()
        #expect(cache.fresh(at: 0) == nil)
        cache.store(credentials(until: 1000))
        #expect(cache.fresh(at: 699) != nil)
        #expect(cache.fresh(at: 700) == nil)
        #expect(cache.lastResort(at: 999) != nil)
        #expect(cache.lastResort(at: 1000) == nil)
    }

    @Test func keepsWhatDoesNotExpireUntilItIsCleared() {
        var cache = AWSCredentialCache()
        cache.store(credentials(until: nil))
        #expect(cache.fresh(at: 1e12) != nil)
        cache.clear()
        #expect(cache.fresh(at: 0) == nil)
        #expect(cache.lastResort(at: 0) == nil)
    }
}
