public import ProxyCore

/// Lets a test run code isolated to a loop.
public actor LoopResident {
    /// The loop it runs on.
    public nonisolated let loop: EventLoop

    /// The loop is the actor's executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// An actor on a running loop.
    public init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// Runs a body on the loop's thread.
    public func perform<Result: Sendable>(_ body: (EventLoop) throws -> Result) rethrows -> Result {
        try body(loop)
    }
}

/// Starts a loop on a thread of its own, passes the body an actor on it, and stops the loop afterwards.
public func withLoop<Result: Sendable>(_ body: (LoopResident) async throws -> Result) async throws -> Result {
    let loop = try EventLoop()
    let thread = try LoopThread(loop)
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

/// Runs a body on a loop of its own, in a task with that executor preference.
public func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    let thread = try LoopThread(loop)
    let resident = LoopResident(loop)
    let outcome = await withTaskExecutorPreference(loop) { await resident.outcome(of: body) }
    thread.join()
    return try outcome.get()
}

extension LoopResident {
    /// Runs a body to its end and returns its outcome.
    fileprivate func outcome<Result: Sendable>(
        of body: @Sendable (EventLoop) async throws -> Result
    ) async -> Swift.Result<Result, any Error> {
        defer { loop.stop() }
        do { return .success(try await body(loop)) } catch { return .failure(error) }
    }
}
