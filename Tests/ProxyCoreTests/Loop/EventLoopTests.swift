import ProxyCore
import Synchronization
import TestSupport
import Testing

private final class Count: Sendable {
    let value = Atomic<Int>(0)
    func up() { value.add(1, ordering: .relaxed) }
    var reading: Int { value.load(ordering: .relaxed) }
}

extension LoopResident {
    /// Counts a readiness callback that enters the actor without a hop.
    fileprivate func countReadiness(_ count: Count) async throws {
        let probe = try PipeProbe(on: loop)
        probe.onReady = { self.assumeIsolated { _ in count.up() } }
        probe.ring()
        await loop.turns(2)
        probe.leave()
    }
}

/// Stays on the caller's executor, as every async helper here does.
private func isStillOn(_ loop: EventLoop) async -> Bool {
    await Task.yield()
    return loop.isOnLoop
}

@Suite(.timeLimit(.minutes(5))) struct EventLoopTests {
    // MARK: The executor

    @Test func anActorOnTheLoopRunsOnItsThread() async throws {
        let onLoop = try await withLoop { resident in await resident.perform { $0.isOnLoop } }
        #expect(onLoop)
    }

    @Test func onlyTheLoopsThreadIsItsContext() async throws {
        try await withLoop { resident in
            let inside = await resident.perform { $0.isIsolatingCurrentContext() }
            let outside = resident.loop.isIsolatingCurrentContext()
            #expect(inside == true)
            #expect(outside == false)
        }
    }

    @Test func aReadinessCallbackIsIsolatedToTheLoop() async throws {
        try await withLoop { resident in
            let seen = Count()
            try await resident.countReadiness(seen)
            #expect(seen.reading == 1)
        }
    }

    @Test func asyncHelpersStayOnTheLoop() async throws {
        let stayed = try await onLoop { loop in await isStillOn(loop) }
        #expect(stayed)
    }

    /// Or else an event may come between looking and waiting, and be missed.
    @Test func nothingComesBetweenACheckAndTheWaitAfterIt() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            probe.ring()
            await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                #expect(probe.told.isEmpty)
                unsafe continuation.resume()
            }
            await loop.turns(1)
            #expect(probe.told.count == 1)
            probe.leave()
        }
    }

    @Test func aTaskMayPreferTheLoop() async throws {
        try await withLoop { resident in
            let loop = resident.loop
            let onLoop = await Task(executorPreference: loop) { loop.isOnLoop }.value
            #expect(onLoop)
        }
    }

    // MARK: Wakes

    @Test func everyJobOfManyThreadsRunsOnce() async throws {
        let count = Count()
        try await withLoop { resident in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2_000 { group.addTask { await resident.perform { _ in count.up() } } }
            }
        }
        #expect(count.reading == 2_000)
    }

    /// Each hop finds the loop asleep, or about to be.
    @Test func noWakeIsLost() async throws {
        let count = Count()
        try await withLoop { resident in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { for _ in 0..<2_000 { await resident.perform { _ in count.up() } } }
                }
            }
        }
        #expect(count.reading == 8_000)
    }

    // MARK: The end

    @Test func jobsHandedOverBeforeTheEndAreRun() async throws {
        let count = Count()
        let loop = try EventLoop()
        let thread = try LoopThread(loop)
        let resident = LoopResident(loop)
        await resident.perform { loop in
            // From another thread, while the loop is busy here: the bell is rung and cannot be heard any more.
            onThread { for _ in 0..<10 { Task(executorPreference: loop) { count.up() } } }
            loop.stop()
        }
        thread.join()
        #expect(count.reading == 10)
    }

    @Test func jobsOfTheLastTurnAreRun() async throws {
        let count = Count()
        let loop = try EventLoop()
        let thread = try LoopThread(loop)
        let resident = LoopResident(loop)
        await resident.perform { loop in
            Task(executorPreference: loop) {
                count.up()
                await Task.yield()
                count.up()
            }
            loop.stop()
        }
        thread.join()
        #expect(count.reading == 2)
    }

    @Test func jobsThatWaitForTheStartAreRun() async throws {
        let loop = try EventLoop()
        let task = Task(executorPreference: loop) { loop.isOnLoop }
        let thread = try LoopThread(loop)
        let onLoop = await task.value
        #expect(onLoop)
        await LoopResident(loop).perform { $0.stop() }
        thread.join()
    }
}
