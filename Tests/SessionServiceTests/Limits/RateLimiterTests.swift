import ProxyCore
import Testing

@testable import SessionService

/// The moment so many seconds after the first hour.
private func at(_ seconds: Double) -> Instant {
    Instant(nanoseconds: 3_600_000_000_000 + UInt64(seconds * 1e9))
}

@Suite struct RateLimiterTests {
    private var limiter = RateLimiter(limit: 60, window: .seconds(60))

    /// The results of `count` requests at one moment.
    private mutating func burst(_ count: Int, by user: String = "u", at moment: Instant) -> [Int?] {
        (0..<count).map { _ in limiter.secondsToWait(for: user, at: moment) }
    }

    @Test mutating func theLimitIsAllowedAndNotOneMore() {
        #expect(burst(60, at: at(0)) == Array(repeating: nil, count: 60))
        #expect(burst(2, at: at(0)) == [1, 1])
        #expect(burst(1, at: at(0.999)) == [1])
        #expect(burst(2, at: at(1)) == [nil, 1])
    }

    @Test mutating func aBucketIsFullAgainAfterAWindow() {
        _ = burst(60, at: at(0))
        #expect(burst(61, at: at(60)) == Array(repeating: nil, count: 60) + [1])
        #expect(burst(61, at: at(500)) == Array(repeating: nil, count: 60) + [1])
    }

    @Test mutating func aRefusedRequestCostsNothing() {
        _ = burst(60, at: at(0))
        _ = burst(1000, at: at(0))
        #expect(burst(6, at: at(5)) == [nil, nil, nil, nil, nil, 1])
    }

    @Test(
        arguments: [(1, 60, 60), (2, 60, 30), (3, 1, 1), (7, 60, 9), (1, 3600, 3600), (10_000, 1, 1)]
    )
    func theSecondsToWaitAreRoundedUp(limit: Int, window: Int, wait: Int) {
        var limiter = RateLimiter(limit: limit, window: .seconds(window))
        for _ in 0..<limit { #expect(limiter.secondsToWait(for: "u", at: at(0)) == nil) }
        #expect(limiter.secondsToWait(for: "u", at: at(0)) == wait)
        #expect(limiter.secondsToWait(for: "u", at: at(Double(wait))) == nil)
    }

    @Test mutating func usersDoNotShareABucket() {
        _ = burst(60, by: "a", at: at(0))
        #expect(burst(1, by: "a", at: at(0)) == [1])
        #expect(burst(1, by: "A", at: at(0)) == [nil])
        _ = burst(60, by: "caf\u{e9}", at: at(0))
        #expect(burst(1, by: "cafe\u{301}", at: at(0)) == [nil])
    }

    @Test mutating func aBucketThatIsNotFullSurvivesTheTurnOfGenerations() {
        _ = burst(1, by: "first", at: at(0))
        _ = burst(60, by: "u", at: at(59.9))
        // This request turns the generations. The bucket still lacks 59 requests.
        #expect(burst(1, by: "other", at: at(60)) == [nil])
        #expect(burst(2, by: "u", at: at(60.9)) == [nil, 1])
        #expect(burst(2, by: "u", at: at(61.9)) == [nil, 1])
    }

    @Test mutating func fullBucketsAreForgotten() {
        for number in 0..<1000 { _ = limiter.secondsToWait(for: "user \(number)", at: at(0)) }
        #expect(limiter.count == 1000)
        _ = burst(1, at: at(60))
        _ = burst(1, at: at(120))
        #expect(limiter.count <= 2)
    }

    @Test func theCapacityHoldsAndTheLongestUnseenIsForgotten() {
        var limiter = RateLimiter(limit: 1, window: .seconds(60), capacity: 100)
        for number in 0..<10_000 {
            #expect(limiter.secondsToWait(for: "user \(number)", at: at(0)) == nil)
            #expect(limiter.count <= 100)
        }
        for number in 9_960..<10_000 { #expect(limiter.secondsToWait(for: "user \(number)", at: at(0)) == 60) }
        #expect(limiter.secondsToWait(for: "user 0", at: at(0)) == nil)
    }
}

@Suite struct SharedRateLimiterTests {
    @Test func theLimitHoldsForAllThreadsTogether() async {
        let limiter = SharedRateLimiter(limit: 100, clock: { at(0) })
        let allowed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<50).count { _ in limiter.secondsToWait(for: "u") == nil } }
            }
            return await group.reduce(0, +)
        }
        #expect(allowed == 100)
    }
}
