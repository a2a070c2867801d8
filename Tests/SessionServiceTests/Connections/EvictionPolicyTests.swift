import ProxyCore
import Testing

@testable import SessionService

private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: UInt64(seconds * 1e9)) }

@Suite struct EvictionPolicyTests {
    private var policy = EvictionPolicy(limit: 2)

    @Test mutating func noConnectionIsEvictedWithinTheLimit() {
        policy.update(1, to: .silent, at: at(0))
        policy.update(2, to: .silent, at: at(0))
        #expect(policy.next(at: at(100)) == .nothing)
    }

    @Test mutating func theLongestUnchangedIsEvictedFirst() {
        for id in 1...4 { policy.update(UInt64(id), to: .silent, at: at(Double(id))) }
        #expect(policy.next(at: at(10)) == .evict(1))
        #expect(policy.next(at: at(10)) == .evict(2))
        #expect(policy.next(at: at(10)) == .nothing)
        #expect(policy.count == 4)
        policy.remove(1)
        policy.remove(2)
        #expect(policy.count == 2)
        policy.update(5, to: .silent, at: at(11))
        #expect(policy.next(at: at(20)) == .evict(3))
    }

    @Test mutating func aNewConnectionHasAGracePeriod() {
        for id: UInt64 in 1...3 { policy.update(id, to: .silent, at: at(1)) }
        #expect(policy.next(at: at(1.5)) == .wait(until: at(2)))
        policy.update(1, to: .busy, at: at(1.6))
        policy.update(2, to: .busy, at: at(1.6))
        #expect(policy.next(at: at(2)) == .evict(3))
    }

    @Test mutating func aBusyConnectionIsNeverEvicted() {
        for id: UInt64 in 1...3 {
            policy.update(id, to: .silent, at: at(0))
            policy.update(id, to: .busy, at: at(0))
        }
        #expect(policy.next(at: at(1000)) == .nothing)
        policy.update(2, to: .idle, at: at(1000))
        #expect(policy.next(at: at(1000)) == .wait(until: at(1001)))
        #expect(policy.next(at: at(1001)) == .evict(2))
    }

    /// Whatever it does while it is being closed.
    @Test mutating func noConnectionIsEvictedTwice() {
        for id: UInt64 in 1...4 { policy.update(id, to: .silent, at: at(0)) }
        #expect(policy.next(at: at(5)) == .evict(1))
        policy.update(1, to: .idle, at: at(5))
        policy.update(1, to: .busy, at: at(5))
        #expect(policy.next(at: at(9)) == .evict(2))
        #expect(policy.next(at: at(9)) == .nothing)
    }

    @Test mutating func theActivityWithTheLeastToLoseIsEvictedFirst() {
        var policy = EvictionPolicy(limit: 0)
        let order: [EvictionPolicy.Activity] = [.reading, .idle, .closing, .silent, .busy]
        for (id, activity) in order.enumerated() {
            policy.update(UInt64(id), to: activity, at: at(Double(id)))
        }
        let evicted = (0..<4).map { _ in policy.next(at: at(10)) }
        #expect(evicted == [.evict(3), .evict(2), .evict(1), .evict(0)])
        #expect(policy.next(at: at(10)) == .nothing)
    }

    /// A connection with a million requests needs no more memory than one with a single request.
    @Test mutating func theEntriesAreBounded() {
        for round in 0..<100_000 {
            policy.update(UInt64(round % 3), to: .busy, at: at(Double(round)))
            policy.update(UInt64(round % 3), to: .idle, at: at(Double(round)))
        }
        #expect(policy.entryCount < 200)
        #expect(policy.next(at: at(200_000)) == .evict(1))
    }
}
