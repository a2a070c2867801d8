import TestSupport
import Testing

@testable import ProxyCore

@Suite struct TimerHeapTests {
    private static func moment(_ nanoseconds: UInt64) -> Instant { Instant(nanoseconds: nanoseconds) }

    @Test func theSoonestComesFirst() {
        var heap = TimerHeap()
        let timers = (0..<6).map { _ in LoopTimer {} }
        for (timer, at) in zip(timers, [50, 10, 40, 20, 60, 30] as [UInt64]) {
            heap.schedule(timer, at: Self.moment(at))
        }
        var order: [UInt64] = []
        while let due = heap.takeDue(at: Self.moment(.max)) { order.append(due.deadline.nanoseconds) }
        #expect(order == [10, 20, 30, 40, 50, 60])
        #expect(timers.allSatisfy { !$0.isScheduled })
    }

    @Test func nothingIsDueBeforeItsMoment() {
        var heap = TimerHeap()
        let timer = LoopTimer {}
        heap.schedule(timer, at: Self.moment(10))
        #expect(heap.takeDue(at: Self.moment(9)) == nil)
        #expect(timer.isScheduled)
        #expect(heap.takeDue(at: Self.moment(10)) === timer)
        #expect(heap.soonest == nil)
    }

    @Test func aTimerIsMovedNotDoubled() {
        var heap = TimerHeap()
        let timer = LoopTimer {}
        let other = LoopTimer {}
        heap.schedule(timer, at: Self.moment(10))
        heap.schedule(other, at: Self.moment(20))
        heap.schedule(timer, at: Self.moment(30))
        #expect(heap.count == 2)
        #expect(heap.soonest == Self.moment(20))
        heap.schedule(timer, at: Self.moment(5))
        #expect(heap.soonest == Self.moment(5))
        #expect(heap.takeDue(at: Self.moment(100)) === timer)
        #expect(heap.takeDue(at: Self.moment(100)) === other)
    }

    @Test func cancellingTwiceOrBeforeSchedulingDoesNothing() {
        var heap = TimerHeap()
        let timer = LoopTimer {}
        heap.cancel(timer)
        heap.schedule(timer, at: Self.moment(1))
        heap.cancel(timer)
        heap.cancel(timer)
        #expect(heap.count == 0)
        #expect(!timer.isScheduled)
    }

    /// Random scheduling, moving and cancelling beside a plain dictionary.
    @Test(arguments: 0..<20)
    func agreesWithASortedModel(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var heap = TimerHeap()
        let timers = (0..<200).map { _ in LoopTimer {} }
        var model: [ObjectIdentifier: UInt64] = [:]
        for _ in 0..<3_000 {
            let timer = timers[.random(in: 0..<timers.count, using: &generator)]
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6:
                let deadline = UInt64.random(in: 0..<500, using: &generator)
                heap.schedule(timer, at: Self.moment(deadline))
                model[ObjectIdentifier(timer)] = deadline
            case 6..<9:
                heap.cancel(timer)
                model[ObjectIdentifier(timer)] = nil
            default:
                let now = UInt64.random(in: 0..<50, using: &generator)
                while let due = heap.takeDue(at: Self.moment(now)) {
                    #expect(model.removeValue(forKey: ObjectIdentifier(due)) == due.deadline.nanoseconds)
                }
                #expect(model.values.allSatisfy { $0 > now })
            }
            #expect(heap.soonest?.nanoseconds == model.values.min())
            #expect(heap.count == model.count)
        }
        #expect(timers.allSatisfy { $0.isScheduled == (model[ObjectIdentifier($0)] != nil) })
    }
}
