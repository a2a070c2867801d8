import Synchronization
import Testing

@testable import SessionStore

/// Which caller gets a worker, and when. No statement is sent to a server.
@Suite(.timeLimit(.minutes(5))) struct PostgresPoolTests {
    private static func pool(_ limits: PostgresLimits) throws -> PostgresPool {
        PostgresPool(to: try PostgresLocation(url: "postgresql://127.0.0.1:1/d"), limits)
    }

    /// Waits for a worker and gives it back at once; returns the error if there was none.
    private static func wait(for pool: PostgresPool) async -> SessionStoreError? {
        do throws(SessionStoreError) {
            try await pool.withWorker { (_) async throws(SessionStoreError) in }
            return nil
        } catch {
            return error
        }
    }

    private static func untilWaiting(_ count: Int, for pool: PostgresPool) async {
        while pool.waitingCount < count { await Task.yield() }
    }

    @Test func aWaitEndsAtItsDeadline() async throws {
        let pool = try Self.pool(.short)
        let error = try await pool.withWorker { (_) async throws(SessionStoreError) in await Self.wait(for: pool) }
        #expect(error == .unavailable(reason: "all its connections are in use"))
        #expect(pool.waitingCount == 0)
        #expect(await Self.wait(for: pool) == nil)
    }

    private final class Order: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test func waitingCallersAreServedInOrder() async throws {
        let pool = try Self.pool(.patient(connections: 1))
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await pool.withWorker { (_) async throws(SessionStoreError) in
                for number in 0..<20 {
                    group.addTask {
                        try await pool.withWorker { (_) async throws(SessionStoreError) in
                            order.numbers.withLock { $0.append(number) }
                        }
                    }
                    await Self.untilWaiting(number + 1, for: pool)
                }
            }
            try await group.waitForAll()
        }
        #expect(order.numbers.withLock { $0 } == Array(0..<20))
    }

    @Test func aCancelledCallerLeavesTheQueue() async throws {
        let pool = try Self.pool(.patient(connections: 1))
        let error = try await pool.withWorker { (_) async throws(SessionStoreError) in
            let waiting = Task { await Self.wait(for: pool) }
            await Self.untilWaiting(1, for: pool)
            waiting.cancel()
            return await waiting.value
        }
        #expect(error == .unavailable(reason: "the caller stopped waiting"))
        #expect(await Self.wait(for: pool) == nil)
    }

    @Test func theQueueIsBounded() async throws {
        let pool = try Self.pool(PostgresLimits(connections: 1, waiting: 2, wait: .seconds(60)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            let error = try await pool.withWorker { (_) async throws(SessionStoreError) in
                for _ in 0..<2 { group.addTask { #expect(await Self.wait(for: pool) == nil) } }
                await Self.untilWaiting(2, for: pool)
                return await Self.wait(for: pool)
            }
            #expect(error == .unavailable(reason: "too many callers wait for a connection"))
            try await group.waitForAll()
        }
    }

    @Test func closingThePoolRefusesWaitingCallers() async throws {
        let pool = try Self.pool(.patient(connections: 1))
        let closed = SessionStoreError.unavailable(reason: "it has been closed")
        let error = try await pool.withWorker { (_) async throws(SessionStoreError) in
            let waiting = Task { await Self.wait(for: pool) }
            await Self.untilWaiting(1, for: pool)
            await pool.close()
            return await waiting.value
        }
        #expect(error == closed)
        #expect(await Self.wait(for: pool) == closed)
    }
}
