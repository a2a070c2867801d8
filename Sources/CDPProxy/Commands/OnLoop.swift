import ProxyCore
import Synchronization

/// Runs an asynchronous body on an event loop of the calling thread, which is the loop's until the body is done.
func onLoop<Value: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> Value) throws -> Value {
    let loop = try EventLoop()
    let command = CommandBody(on: loop, body)
    Task(executorPreference: loop) { await command.run() }
    loop.run()
    return try command.outcome()
}

/// The actor that a command's body runs on.
private actor CommandBody<Value: Sendable> {
    private let loop: EventLoop
    private let body: @Sendable (EventLoop) async throws -> Value
    private let result = Mutex<Result<Value, any Error>?>(nil)

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop, _ body: @escaping @Sendable (EventLoop) async throws -> Value) {
        self.loop = loop
        self.body = body
    }

    /// Runs the body and ends the loop; the outcome is there before the loop's thread goes on.
    func run() async {
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await body(loop))
        } catch {
            outcome = .failure(error)
        }
        result.withLock { $0 = outcome }
        loop.stop()
    }

    /// What the body came to, once the loop has ended.
    nonisolated func outcome() throws -> Value {
        guard let outcome = result.withLock({ $0 }) else { throw CancellationError() }
        return try outcome.get()
    }
}
