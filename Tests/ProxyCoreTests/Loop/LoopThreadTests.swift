import ProxyCore
import Testing

@Suite struct LoopThreadTests {
    @Test func runsTheLoopUntilItIsStopped() async throws {
        let loop = try EventLoop()
        let thread = try LoopThread(loop)
        #expect(await Task(executorPreference: loop) { loop.isOnLoop }.value)
        await thread.stop()
        #expect(!loop.isOnLoop)
    }
}
