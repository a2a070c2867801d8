import Dispatch
import Synchronization

/// The workers for one server, each lent to one caller at a time. When all are lent, callers wait in a queue of bounded
/// length and for a bounded time.
final class PostgresPool: Sendable {
    private typealias Lease = Result<PostgresWorker, SessionStoreError>

    private struct Waiter {
        let number: Int
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Lease, Never>
    }

    private struct State {
        /// The last one was used last and is lent next, so that few connections stay open and busy.
        var idle: [PostgresWorker]
        /// In the order of arrival, and so of deadlines.
        var waiters: [Waiter] = []
        var lastNumber = 0
        var isTimerSet = false
        var isClosed = false
    }

    private let workers: [PostgresWorker]
    private let limits: PostgresLimits
    private let state: Mutex<State>

    /// A pool without open connections.
    init(to location: PostgresLocation, _ limits: PostgresLimits) {
        let workers = (0..<max(1, limits.connections)).map { _ in PostgresWorker(to: location, limits) }
        self.workers = workers
        self.limits = limits
        state = Mutex(State(idle: workers))
    }

    /// How many callers wait for a worker.
    var waitingCount: Int { state.withLock { $0.waiters.count } }

    /// Lends a worker to the body.
    func withWorker<Answer: Sendable>(
        _ body: (PostgresWorker) async throws(SessionStoreError) -> Answer
    ) async throws(SessionStoreError) -> Answer {
        let worker = try await lease().get()
        defer { giveBack(worker) }
        return try await body(worker)
    }

    /// Refuses the waiting callers and closes all connections, each after its current statement.
    func close() async {
        let refused = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in refused { waiter.continuation.resume(returning: Self.closed) }
        for worker in workers { await worker.close() }
    }

    private static let closed = Lease.failure(.unavailable(reason: "it has been closed"))

    /// Waits for a worker. A cancelled caller stops waiting.
    private func lease() async -> Lease {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let lease = leaseOrWait(number, continuation) { continuation.resume(returning: lease) }
                // The task may have been cancelled before it was queued, so that the handler did not find it.
                if Task.isCancelled { stopWaiting(number) }
            }
        } onCancel: {
            stopWaiting(number)
        }
    }

    /// A free worker or the reason for a refusal; nil when the caller now waits.
    private func leaseOrWait(_ number: Int, _ continuation: CheckedContinuation<Lease, Never>) -> Lease? {
        state.withLock { state in
            if state.isClosed { return Self.closed }
            if let worker = state.idle.popLast() { return .success(worker) }
            guard state.waiters.count < limits.waiting else {
                return .failure(.unavailable(reason: "too many callers wait for a connection"))
            }
            let deadline = ContinuousClock.now + limits.wait
            state.waiters.append(Waiter(number: number, deadline: deadline, continuation: continuation))
            setTimer(&state)
            return nil
        }
    }

    private func giveBack(_ worker: PostgresWorker) {
        let next = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.idle.append(worker)
                return Waiter?.none
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: .success(worker))
    }

    private func stopWaiting(_ number: Int) {
        let found = state.withLock { state in
            state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
        }
        found?.continuation.resume(returning: .failure(.unavailable(reason: "the caller stopped waiting")))
    }

    /// One timer serves all waiters, since the first in the queue has the first deadline.
    private func setTimer(_ state: inout State) {
        guard !state.isTimerSet, let first = state.waiters.first else { return }
        state.isTimerSet = true
        let milliseconds = Int(((first.deadline - .now) / .milliseconds(1)).rounded(.up))
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(max(1, milliseconds))) {
            [weak self] in self?.expire()
        }
    }

    private func expire() {
        let overdue = state.withLock { state in
            let now = ContinuousClock.now
            let overdue = state.waiters.prefix { $0.deadline <= now }
            state.waiters.removeFirst(overdue.count)
            state.isTimerSet = false
            setTimer(&state)
            return overdue
        }
        for waiter in overdue {
            waiter.continuation.resume(returning: .failure(.unavailable(reason: "all its connections are in use")))
        }
    }
}
