import Glibc
public import ProxyCore

/// An event loop running on a thread of its own, for one test.
///
/// `@unchecked Sendable`: the thread's name is written once, before anyone else sees it.
@safe public final class LoopThread: @unchecked Sendable {
    /// The loop; it runs until somebody on it says stop.
    public let loop: EventLoop
    private var thread = pthread_t()

    /// Starts the thread.
    public init(_ loop: EventLoop) {
        self.loop = loop
        let retained = unsafe Unmanaged.passRetained(loop)
        let started = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            retained.toOpaque()
        )
        precondition(started == 0, "no thread for the loop")
    }

    /// Waits for the loop's end.
    public func join() {
        _ = pthread_join(thread, nil)
    }
}

/// Lets a test run code on a loop, isolated to it.
public actor LoopResident {
    /// The loop it lives on.
    public nonisolated let loop: EventLoop

    /// The loop is the actor's executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// A resident of a loop that runs.
    public init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// Runs a body on the loop's thread.
    public func perform<Result: Sendable>(_ body: (EventLoop) throws -> Result) rethrows -> Result {
        try body(loop)
    }
}

/// Starts a loop on a thread of its own, gives the body an actor that lives on it, and stops the loop after.
public func withLoop<Result: Sendable>(_ body: (LoopResident) async throws -> Result) async throws -> Result {
    let loop = try EventLoop()
    let thread = LoopThread(loop)
    let resident = LoopResident(loop)
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(try await body(resident))
    } catch {
        outcome = .failure(error)
    }
    await resident.perform { $0.stop() }
    thread.join()
    return try outcome.get()
}

/// Runs a body on a loop of its own, in a task that prefers it.
public func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    let thread = LoopThread(loop)
    let resident = LoopResident(loop)
    let outcome = await withTaskExecutorPreference(loop) { await resident.outcome(of: body) }
    thread.join()
    return try outcome.get()
}

extension LoopResident {
    /// Runs a body to its end, and the loop with it.
    fileprivate func outcome<Result: Sendable>(
        of body: @Sendable (EventLoop) async throws -> Result
    ) async -> Swift.Result<Result, any Error> {
        defer { loop.stop() }
        do { return .success(try await body(loop)) } catch { return .failure(error) }
    }
}
