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
    private let loop: EventLoop

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

    /// Runs an asynchronous body on the loop's thread.
    public func performAsync<Result: Sendable>(
        _ body: sending (EventLoop, isolated LoopResident) async throws -> Result
    ) async rethrows -> Result {
        try await body(loop, self)
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
