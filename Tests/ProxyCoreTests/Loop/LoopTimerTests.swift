import Synchronization
import TestSupport
import Testing

@testable import ProxyCore

/// Lets timers fire until a number of them have.
@safe private final class Firings {
    private(set) var names: [Int] = []
    private var awaited = 0
    private var waiting: UnsafeContinuation<Void, Never>?

    func note(_ name: Int) {
        names.append(name)
        guard names.count >= awaited, let continuation = unsafe waiting else { return }
        unsafe waiting = nil
        unsafe continuation.resume()
    }

    func reach(_ count: Int) async {
        awaited = count
        guard names.count < count else { return }
        await unsafe withUnsafeContinuation { unsafe waiting = $0 }
    }
}

/// What happened, in order.
private final class Order: Sendable {
    private let noted = Mutex<[String]>([])

    var names: [String] { noted.withLock { $0 } }

    func note(_ name: String) { noted.withLock { $0.append(name) } }
}

@Suite(.timeLimit(.minutes(5))) struct LoopTimerTests {
    @Test func timersFireInTheOrderOfTheirDeadlines() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let timers = (0..<5).map { name in LoopTimer { firings.note(name) } }
            for (timer, delay) in zip(timers, [30, 10, 50, 20, 40]) {
                loop.schedule(timer, at: loop.now + .milliseconds(delay))
            }
            await firings.reach(5)
            #expect(firings.names == [1, 3, 0, 4, 2])
        }
    }

    @Test func noneFiresBeforeItsMoment() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let deadline = Instant.now() + .milliseconds(25)
            let timer = LoopTimer { firings.note(0) }
            loop.schedule(timer, at: deadline)
            await firings.reach(1)
            #expect(loop.now >= deadline)
            #expect(!timer.isScheduled)
        }
    }

    @Test func anEarlierDeadlineIsNotSleptThrough() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let late = LoopTimer { firings.note(1) }
            let early = LoopTimer { firings.note(2) }
            loop.schedule(late, at: loop.now + .seconds(3_600))
            await loop.turns(2)
            loop.schedule(early, at: loop.now + .milliseconds(5))
            await firings.reach(1)
            #expect(firings.names == [2])
            #expect(late.isScheduled)
            loop.cancel(late)
        }
    }

    /// A keepalive that schedules its next look must not hold up another connection's deadline.
    @Test func aTimerThatSchedulesALaterOneHoldsUpNoOther() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let later = LoopTimer { firings.note(3) }
            let first = LoopTimer {
                firings.note(1)
                loop.schedule(later, at: loop.now + .seconds(3_600))
            }
            let second = LoopTimer { firings.note(2) }
            loop.schedule(first, at: loop.now + .milliseconds(5))
            loop.schedule(second, at: loop.now + .milliseconds(30))
            await firings.reach(2)
            #expect(firings.names == [1, 2])
            loop.cancel(later)
        }
    }

    @Test func aTimerIsMovedBothWays() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let moved = LoopTimer { firings.note(1) }
            let fixed = LoopTimer { firings.note(2) }
            loop.schedule(moved, at: loop.now + .milliseconds(1))
            loop.schedule(fixed, at: loop.now + .milliseconds(10))
            loop.schedule(moved, at: loop.now + .milliseconds(20))
            await firings.reach(2)
            #expect(firings.names == [2, 1])
            loop.schedule(moved, at: loop.now + .seconds(3_600))
            loop.schedule(moved, at: loop.now + .milliseconds(1))
            await firings.reach(3)
            #expect(firings.names == [2, 1, 1])
        }
    }

    @Test func aCancelledTimerDoesNotFireAndTheNextStillDoes() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let cancelled = LoopTimer { firings.note(1) }
            let next = LoopTimer { firings.note(2) }
            loop.schedule(cancelled, at: loop.now + .milliseconds(1))
            loop.schedule(next, at: loop.now + .milliseconds(10))
            loop.cancel(cancelled)
            await firings.reach(1)
            #expect(firings.names == [2])
        }
    }

    @Test func cancellingWhileFiring() async throws {
        try await onLoop { loop in
            let firings = Firings()
            let victim = LoopTimer { firings.note(2) }
            let first = LoopTimer {
                firings.note(1)
                loop.cancel(victim)
            }
            let last = LoopTimer { firings.note(3) }
            for (timer, offset) in [(first, 1), (victim, 2), (last, 3)] {
                loop.schedule(timer, at: Instant(nanoseconds: UInt64(offset)))
            }
            await firings.reach(2)
            await loop.turns(3)
            #expect(firings.names == [1, 3])
        }
    }

    @Test func aTimerThatIsAlwaysDueDoesNotKeepTheOthersWaiting() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            var fired = 0
            var timer: LoopTimer?
            timer = LoopTimer {
                fired += 1
                if let timer { loop.schedule(timer, at: loop.now) }
            }
            if let timer { loop.schedule(timer, at: loop.now) }
            probe.ring()
            while probe.told.isEmpty || fired < 10 { await loop.turns(1) }
            #expect(fired >= 10)
            if let timer { loop.cancel(timer) }
            timer = nil
            probe.leave()
        }
    }

    @Test func manyRandomTimersFireInOrder() async throws {
        try await onLoop { loop in
            var generator = SeededGenerator(seed: 11)
            let firings = Firings()
            let start = loop.now
            let delays = (0..<500).map { _ in Int.random(in: 0..<60_000, using: &generator) }
            let timers = delays.indices.map { name in LoopTimer { firings.note(name) } }
            for (timer, delay) in zip(timers, delays) { loop.schedule(timer, at: start + .microseconds(delay)) }
            for index in stride(from: 0, to: 500, by: 5) { loop.cancel(timers[index]) }
            await firings.reach(400)
            let order = firings.names.map { delays[$0] }
            #expect(order == order.sorted())
            #expect(!firings.names.contains { $0 % 5 == 0 })
        }
    }

    @Test func whoSleepsIsWokenWhenTheLoopIsStopped() async throws {
        let order = Order()
        try await onLoop { loop in
            for hours in [2, 1] {
                Task(executorPreference: loop) {
                    await loop.sleep(until: loop.now + .seconds(3_600 * hours))
                    order.note("awake")
                }
            }
            while loop.sleepers.count < 2 { await Task.yield() }
            await loop.sleep(until: loop.now)
            order.note("stopped")
        }
        #expect(order.names == ["stopped", "awake", "awake"])
    }
}
