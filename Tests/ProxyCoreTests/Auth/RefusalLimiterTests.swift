import TestSupport
import Testing

@testable import ProxyCore

@Suite struct RefusalLimiterTests {
    private static func address(_ number: UInt32) -> IPAddress { IPAddress(ipv4: 0x0A00_0000 + number) }

    private static let one = address(1)

    /// A limiter whose bucket of an address is spent at a moment.
    private static func spent(_ perMinute: Int = 3, at now: Timestamp, capacity: Int = 20_000) -> RefusalLimiter {
        var limiter = RefusalLimiter(perMinute: perMinute, capacity: capacity)
        for _ in 0..<perMinute { #expect(limiter.count(from: one, now: now) == nil) }
        return limiter
    }

    @Test func aBurstIsAMinutesRefusalsAndTheNextOneHasToWait() {
        var limiter = Self.spent(at: 1000)
        #expect(limiter.count(from: Self.one, now: 1000) == 20)
        #expect(limiter.count(from: Self.one, now: 1019.5) == 1)
        // Those that were limited did not count.
        #expect(limiter.count(from: Self.one, now: 1020) == nil)
        #expect(limiter.count(from: Self.one, now: 1020) == 20)
    }

    @Test func afterAMinuteTheBucketIsFull() {
        var limiter = Self.spent(at: 1000)
        for _ in 0..<3 { #expect(limiter.count(from: Self.one, now: 1060) == nil) }
        #expect(limiter.count(from: Self.one, now: 1060) != nil)
    }

    @Test(arguments: [1, 7, 60, 999_983, 1_000_000]) func everyLimitIsMetExactly(perMinute: Int) {
        var limiter = RefusalLimiter(perMinute: perMinute)
        var admitted = 0
        while limiter.count(from: Self.one, now: 1000) == nil { admitted += 1 }
        // A share is whole microseconds, so a huge limit is met from above.
        #expect(admitted >= perMinute && admitted <= perMinute + perMinute / 50)
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "::ffff:10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
    ])
    func anAddressIsOneOrAnIPv6Block(_ first: String, _ second: String, _ isSame: Bool) throws {
        let (first, second) = (try #require(IPAddress(first)), try #require(IPAddress(second)))
        var limiter = RefusalLimiter(perMinute: 1)
        #expect(limiter.count(from: first, now: 1000) == nil)
        #expect((limiter.count(from: second, now: 1000) != nil) == isSame)
    }

    @Test(arguments: [Timestamp(microseconds: 999_999_999), 940, 0, .earliest])
    func aClockSetBackLocksNobodyOut(now: Timestamp) {
        var limiter = Self.spent(at: 1000)
        for _ in 0..<3 { #expect(limiter.count(from: Self.one, now: now) == nil) }
        #expect(limiter.count(from: Self.one, now: now) == 20)
    }

    @Test func aClockSetForwardGivesTheBucketBack() {
        var limiter = Self.spent(at: 1000)
        #expect(limiter.count(from: Self.one, now: .latest) == nil)
    }

    @Test func aCrowdPushesOutNoSpentBucket() {
        var limiter = Self.spent(at: 1000, capacity: 100)
        for number in 2..<10_000 { #expect(limiter.count(from: Self.address(UInt32(number)), now: 1000) == nil) }
        #expect(limiter.count(from: Self.one, now: 1000) == 20)
    }

    @Test func aCrowdThatIsSpentFindsRoomForAQuarter() {
        var limiter = RefusalLimiter(perMinute: 1, capacity: 100)
        for number in 0..<101 { #expect(limiter.count(from: Self.address(UInt32(number)), now: 1000) == nil) }
        let known = (0..<101).count { number in
            var copy = limiter
            return copy.count(from: Self.address(UInt32(number)), now: 1000) != nil
        }
        #expect(known == 76)
    }
}
