import Dispatch
import Synchronization

/// The lanes to one server, lent to one caller each. Who comes when all are lent waits in line, and not for ever.
final class PostgresPool: Sendable {
    private typealias Turn = Result<PostgresLane, SessionStoreError>

    private struct Waiting {
        let number: Int
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        /// The lane used last is at the end and used next: few connections are kept busy, rather than all a little.
        var idle: [PostgresLane]
        /// In the order of their coming, and so of their deadlines.
        var waiting: [Waiting] = []
        var lastNumber = 0
        var isTimerSet = false
        var isClosed = false
    }

    private let lanes: [PostgresLane]
    private let limits: PostgresLimits
    private let state: Mutex<State>

    /// A pool without connections yet.
    init(to location: PostgresLocation, _ limits: PostgresLimits) {
        let lanes = (0..<max(1, limits.connections)).map { _ in PostgresLane(to: location, limits) }
        self.lanes = lanes
        self.limits = limits
        state = Mutex(State(idle: lanes))
    }

    /// How many callers wait for a lane.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Lends a lane to the body.
    func withLane<Answer: Sendable>(
        _ body: (PostgresLane) async throws(SessionStoreError) -> Answer
    ) async throws(SessionStoreError) -> Answer {
        let lane = try await turn().get()
        defer { giveBack(lane) }
        return try await body(lane)
    }

    /// Sends the waiting away and ends all connections, each after the statement it is at.
    func close() async {
        let sentAway = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiting in sentAway { waiting.continuation.resume(returning: Self.closed) }
        for lane in lanes { await lane.close() }
    }

    private static let closed = Turn.failure(.unavailable(reason: "it has been closed"))

    /// Waits for a lane. A caller that is cancelled stops waiting.
    private func turn() async -> Turn {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let turn = lineUp(number, continuation) { continuation.resume(returning: turn) }
                // Cancelled before it stood in line, where the handler did not find it.
                if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    /// A free lane, or why there will be none; nil when the caller now waits.
    private func lineUp(_ number: Int, _ continuation: CheckedContinuation<Turn, Never>) -> Turn? {
        state.withLock { state in
            if state.isClosed { return Self.closed }
            if let lane = state.idle.popLast() { return .success(lane) }
            guard state.waiting.count < limits.waiting else {
                return .failure(.unavailable(reason: "too many callers wait for a connection"))
            }
            let deadline = ContinuousClock.now + limits.wait
            state.waiting.append(Waiting(number: number, deadline: deadline, continuation: continuation))
            setTimer(&state)
            return nil
        }
    }

    private func giveBack(_ lane: PostgresLane) {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.idle.append(lane)
                return Waiting?.none
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: .success(lane))
    }

    private func giveUp(_ number: Int) {
        let found = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        found?.continuation.resume(returning: .failure(.unavailable(reason: "the caller stopped waiting")))
    }

    /// One timer for all: the first in line has the first deadline.
    private func setTimer(_ state: inout State) {
        guard !state.isTimerSet, let first = state.waiting.first else { return }
        state.isTimerSet = true
        let milliseconds = Int(((first.deadline - .now) / .milliseconds(1)).rounded(.up))
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(max(1, milliseconds))) {
            [weak self] in self?.expire()
        }
    }

    private func expire() {
        let overdue = state.withLock { state in
            let now = ContinuousClock.now
            let overdue = state.waiting.prefix { $0.deadline <= now }
            state.waiting.removeFirst(overdue.count)
            state.isTimerSet = false
            setTimer(&state)
            return overdue
        }
        for waiting in overdue {
            waiting.continuation.resume(returning: .failure(.unavailable(reason: "all its connections are in use")))
        }
    }
}
