import Glibc
import ProxyCore
import Synchronization
import TestSupport
import Testing

@testable import SessionStore

/// A server that is slow, silent, stuck, down or restarted.
@Suite(.timeLimit(.minutes(5))) struct PostgresTroubleTests {
    private static let unreachable = SessionStoreError.unavailable(reason: "the server cannot be reached")

    @Test func aServerThatIsDownIsUnavailable() async throws {
        let location = try DatabaseLocation(url: "postgresql://u:hunter2@127.0.0.1:1/d")
        let store = try await SessionStores.open(location, creating: false)
        await #expect(throws: Self.unreachable) { try await store.check() }
        await #expect(throws: Self.unreachable) { try await store.insert(.make()) }
        await #expect(throws: Self.unreachable) { try await SessionStores.open(location, creating: true) }
        await store.close()
    }

    @Test func aNameWithoutAnAddressIsUnavailable() async throws {
        let store = try SessionStores.openExisting(try DatabaseLocation(url: "postgresql://u@nowhere.invalid/d"))
        await #expect(throws: SessionStoreError.unavailable(reason: "the name of its host cannot be resolved")) {
            try await store.check()
        }
        await store.close()
    }

    @Test func aSilentServerIsWaitedForUntilTheTimeout() async throws {
        let silent = ScriptedHTTPServer { _, _ in .hang }
        defer { silent.stop() }
        let location = try PostgresLocation(url: "postgresql://u@127.0.0.1:\(silent.port)/d")
        let store = SessionTable(database: try PostgresDatabase(at: location, .short))
        await #expect(throws: SessionStoreError.unavailable(reason: "connecting to the server took too long")) {
            try await store.check()
        }
        await store.close()
    }

    /// A statement that the caller saw fail must not be completed when the lock is released.
    @Test func aLockedRowIsWaitedForUntilTheTimeout() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let store = try testDatabase.store(PostgresLimits(connect: .seconds(60), statement: .seconds(2)))
        let patient = try testDatabase.store()
        try await patient.insert(.make(id: "a"))
        let other = try testDatabase.connect()
        try other.run("BEGIN")
        try other.run("SELECT id FROM browser_sessions WHERE id = 'a' FOR UPDATE")
        await #expect {
            let changes = SessionChanges(name: "late")
            return try await store.update(id: "a", userID: "user-1", with: changes, at: Timestamp(microseconds: 0))
        } throws: { error in
            if case SessionStoreError.unavailable = error { true } else { false }
        }
        try other.run("COMMIT")
        #expect(try await patient.metadata(id: "a")?.name == "Shop")
        await store.close()
        await patient.close()
    }

    @Test func aConnectionToAStuckServerIsReplaced() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let store = try testDatabase.store(
            PostgresLimits(connections: 1, connect: .seconds(60), statement: .seconds(5))
        )
        try await store.check()
        let others = "SELECT pid::text FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
        let found = try testDatabase.connect().run(others, [.text(testDatabase.name)]).rows
        let process = try #require(found.first?.first?.asText.flatMap(pid_t.init))
        #expect(found.count == 1)
        #expect(kill(process, SIGSTOP) == 0)
        defer { kill(process, SIGCONT) }
        await #expect(throws: SessionStoreError.unavailable(reason: "the server did not answer in time")) {
            try await store.list(userID: nil)
        }
        #expect(try await store.list(userID: nil) == [])
        await store.close()
    }

    /// A connection that was closed while idle causes no error, not even for a write.
    @Test func aClosedConnectionIsReplaced() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let store = try testDatabase.store(.patient(connections: 1))
        for number in 0..<3 {
            try await store.insert(.make(id: "\(number)", name: "\(number)"))
            try await testDatabase.sql(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '\(testDatabase.name)' "
                    + "AND pid <> pg_backend_pid()"
            )
        }
        #expect(try await store.list(userID: nil).count == 3)
        await store.close()
    }

    /// A row that was reported as stored is there after the restart, and no caller waits for ever.
    @Test func aRestartUnderLoadLosesNothing() async throws {
        let server = PostgresServer()
        let testDatabase = try await PostgresTestDatabase(on: server)
        let store = try testDatabase.store(PostgresLimits(connections: 4, wait: .seconds(60), connect: .seconds(60)))
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 { group.addTask { try await load.run(worker, on: store) } }
            await load.until { $0.stored.count >= 50 }
            load.change { $0.isDown = true }
            try await server.stop()
            await load.until { $0.refused >= 8 }
            try await server.start()
            load.change { $0.isDown = false }
            let before = load.stored.count
            await load.until { $0.stored.count >= before + 50 }
            load.change { $0.isOver = true }
            try await group.waitForAll()
        }
        let found = Set(try await store.list(userID: nil).map(\.id))
        #expect(found.isSuperset(of: load.stored))
        await store.close()
    }

    /// Workers that insert rows until they are stopped, and note which are stored.
    private final class Load: Sendable {
        struct Facts {
            var stored: Set<String> = []
            var refused = 0
            var isDown = false
            var isOver = false
        }

        private struct State {
            var facts = Facts()
            var waiting: [(isReached: @Sendable (Facts) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
        }

        private let state = Mutex(State())

        var stored: Set<String> { state.withLock { $0.facts.stored } }

        func run(_ worker: Int, on store: some SessionStore) async throws {
            for number in 0... {
                if state.withLock({ $0.facts.isOver }) { return }
                let id = "\(worker)-\(number)"
                do throws(SessionStoreError) {
                    try await store.insert(.make(id: id, user: "\(worker)", name: id))
                    change { $0.stored.insert(id) }
                } catch {
                    guard case .unavailable = error else { throw error }
                    change { $0.refused += 1 }
                    await until { !$0.isDown }
                }
            }
        }

        func change<Answer: Sendable>(_ body: (inout Facts) -> Answer) {
            let reached = state.withLock { state in
                _ = body(&state.facts)
                let facts = state.facts
                let reached = state.waiting.filter { $0.isReached(facts) }.map(\.continuation)
                state.waiting.removeAll { $0.isReached(facts) }
                return reached
            }
            for continuation in reached { continuation.resume() }
        }

        func until(_ isReached: @escaping @Sendable (Facts) -> Bool) async {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiting.append((isReached, continuation)) }
                change { _ in }
            }
        }
    }
}
