import Glibc
import Synchronization
import Testing

@testable import ProxyCore

/// Runs a loop on a thread of its own for one test, with an actor that lives on it.
private actor Resident {
    let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    func perform<Result: Sendable>(_ body: (EventLoop) throws -> Result) rethrows -> Result { try body(loop) }
}

/// Starts a loop on a thread of its own, gives the body an actor that lives on it, and stops the loop after.
private func withLoop<Result: Sendable>(
    _ body: (_ resident: Resident) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    let thread = LoopThread(loop)
    let resident = Resident(loop)
    defer { thread.join() }
    do {
        let result = try await body(resident)
        await resident.perform { $0.stop() }
        return result
    } catch {
        await resident.perform { $0.stop() }
        throw error
    }
}

@Suite struct EventLoopTests {
    @Test func anActorOnTheLoopRunsOnItsThread() async throws {
        try await withLoop { resident in
            let onLoop = await resident.perform { $0.isOnLoop }
            #expect(onLoop)
        }
    }

    @Test func everyJobOfManyThreadsRunsOnce() async throws {
        try await withLoop { resident in
            let count = Atomic<Int>(0)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2_000 {
                    group.addTask { await resident.perform { _ in _ = count.add(1, ordering: .relaxed) } }
                }
            }
            #expect(count.load(ordering: .relaxed) == 2_000)
        }
    }
}
