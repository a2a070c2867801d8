import ProxyCore
import Synchronization
import TestSupport
import Testing

private final class Count: Sendable {
    let value = Atomic<Int>(0)
    func up() { value.add(1, ordering: .relaxed) }
}

@Suite struct EventLoopTests {
    @Test func anActorOnTheLoopRunsOnItsThread() async throws {
        let onLoop = try await withLoop { resident in await resident.perform { $0.isOnLoop } }
        #expect(onLoop)
    }

    @Test func everyJobOfManyThreadsRunsOnce() async throws {
        let count = Count()
        try await withLoop { resident in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2_000 { group.addTask { await resident.perform { _ in count.up() } } }
            }
        }
        #expect(count.value.load(ordering: .relaxed) == 2_000)
    }
}
