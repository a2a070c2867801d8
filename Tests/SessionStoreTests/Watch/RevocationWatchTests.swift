import Glibc
import ProxyCore
import TestSupport
import Testing

@testable import SessionStore

/// The promises of `RevocationWatch`, for each database: a revocation that it does not tell of is waited for in vain.
@Suite(.timeLimit(.minutes(5))) struct RevocationWatchTests {
    private static func watch(_ location: DatabaseLocation) -> RevocationWatch {
        RevocationWatch(over: location, .patient())
    }

    private static func wait(for watch: RevocationWatch, toBeReliable isReliable: Bool) async {
        while watch.isReliable != isReliable { await watch.next() }
    }

    /// Reads whenever there is news, until a row of this id is there.
    private static func wait(for id: String, _ watch: RevocationWatch, _ store: any RevocationStore) async throws {
        while try await !store.list(since: .earliest, now: .earliest).contains(where: { $0.id == id }) {
            await watch.next()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func itTellsOfWhatOthersWrite(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let store = try await StoreKind.openRevocations(location, creating: true)
            let keys = try await StoreKind.openKeys(location, creating: false)
            try await keys.create(.make(id: "a"), hash: "h1")
            let watch = Self.watch(location)
            await Self.wait(for: watch, toBeReliable: true)
            for id in ["1", "2", "3"] {
                async let isThere: Void = Self.wait(for: id, watch, store)
                try await store.add(.make(id: id))
                try await isThere
            }
            async let isThere: Void = Self.wait(for: "of a key", watch, store)
            #expect(try await keys.revoke(id: "a", telling: .make(id: "of a key")))
            try await isThere
            watch.close()
            await keys.close()
            await store.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func itsEndEndsTheWait(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let store = try await StoreKind.openRevocations(location, creating: true)
            let watch = Self.watch(location)
            await Self.wait(for: watch, toBeReliable: true)
            async let isOver: Void = { for _ in 0..<3 { await watch.next() } }()
            watch.close()
            await isOver
            await watch.ended()
            await store.close()
        }
    }

    /// A revocation that is made from now on is told of.
    private static func checkIsHeard(
        _ id: String,
        _ watch: RevocationWatch,
        _ store: any RevocationStore
    ) async throws {
        async let isThere: Void = wait(for: id, watch, store)
        try await store.add(.make(id: id))
        try await isThere
    }

    // MARK: PostgreSQL

    private static let listeners = "FROM pg_stat_activity WHERE datname = $1 AND query LIKE 'LISTEN%'"

    @Test func aLostConnectionIsMadeAnew() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let location = DatabaseLocation.postgres(try testDatabase.location())
        let store = try await StoreKind.openRevocations(location, creating: true)
        let watch = Self.watch(location)
        await Self.wait(for: watch, toBeReliable: true)
        let end = "SELECT pg_terminate_backend(pid, 60000) \(Self.listeners)"
        #expect(try testDatabase.connect().run(end, [.text(testDatabase.name)]).rows == [[.text("1")]])
        await Self.wait(for: watch, toBeReliable: false)
        try await store.add(.make(id: "meanwhile"))
        await Self.wait(for: watch, toBeReliable: true)
        try await Self.checkIsHeard("afterwards", watch, store)
        watch.close()
        await store.close()
    }

    @Test func aServerThatComesBackIsHeardAgain() async throws {
        let server = PostgresServer()
        let testDatabase = try await PostgresTestDatabase(on: server)
        let location = DatabaseLocation.postgres(try testDatabase.location())
        let store = try await StoreKind.openRevocations(location, creating: true)
        let watch = Self.watch(location)
        await Self.wait(for: watch, toBeReliable: true)
        try await server.stop()
        await Self.wait(for: watch, toBeReliable: false)
        try await server.start()
        await Self.wait(for: watch, toBeReliable: true)
        try await Self.checkIsHeard("afterwards", watch, store)
        watch.close()
        await store.close()
    }

    /// What nobody announced is found all the same, after a silence.
    @Test func aSilenceIsNotTrusted() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let location = DatabaseLocation.postgres(try testDatabase.location())
        let store = try await StoreKind.openRevocations(location, creating: true)
        var limits = PostgresLimits.patient()
        limits.silence = .milliseconds(200)
        let watch = RevocationWatch(over: location, limits)
        await Self.wait(for: watch, toBeReliable: true)
        try testDatabase.connect().run("INSERT INTO revocations SELECT 'silent', 'key', 'a', now(), now()")
        try await Self.wait(for: "silent", watch, store)
        watch.close()
        await store.close()
    }

    // MARK: SQLite

    @Test func onlyAChangeByOthersIsOne() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.sqlite3")
        var watch = SQLiteWatch(over: path)
        func isChange(_ expected: Bool, _ line: SourceLocation = #_sourceLocation) {
            let saw = watch.sawChange()
            #expect(saw == expected, sourceLocation: line)
        }
        isChange(false)
        let store = try await RevocationStores.open(.sqlite(path: path), creating: true)
        isChange(true)
        isChange(false)
        #expect(try await store.list(since: .earliest, now: .earliest) == [])
        isChange(false)
        try await store.add(.make())
        isChange(true)
        isChange(false)
        await store.close()
        isChange(false)
        // While a writer holds it, nobody knows.
        let writer = try SQLiteConnection(path: path)
        try writer.run("BEGIN EXCLUSIVE")
        isChange(true)
        try writer.run("ROLLBACK")
        isChange(false)
    }

    @Test func aFileThatIsReplacedIsLookedAtAnew() async throws {
        let directory = try TemporaryDirectory()
        let (path, other) = (directory.file("s.sqlite3"), directory.file("other.sqlite3"))
        var watch = SQLiteWatch(over: path)
        let first = try await RevocationStores.open(.sqlite(path: path), creating: true)
        #expect(await first.isInPlace())
        let second = try await RevocationStores.open(.sqlite(path: other), creating: true)
        let saws = [watch.sawChange(), watch.sawChange()]
        #expect(saws == [true, false])
        #expect(unsafe rename(other, path) == 0)
        #expect(await !first.isInPlace())
        let sawsOther = [watch.sawChange(), watch.sawChange()]
        #expect(sawsOther == [true, false])
        #expect(unsafe unlink(path) == 0)
        #expect(await !second.isInPlace())
        let sawsNone = [watch.sawChange(), watch.sawChange()]
        #expect(sawsNone == [false, false])
        for store in [first, second] { await store.close() }
    }

    @Test func aFileThatComesLaterIsWatched() async throws {
        let directory = try TemporaryDirectory()
        let location = DatabaseLocation.sqlite(path: directory.file("s.sqlite3"))
        let watch = Self.watch(location)
        await Self.wait(for: watch, toBeReliable: true)
        let store = try await RevocationStores.open(location, creating: true)
        try await store.add(.make(id: "first"))
        try await Self.wait(for: "first", watch, store)
        async let isThere: Void = Self.wait(for: "second", watch, store)
        try await store.add(.make(id: "second"))
        try await isThere
        watch.close()
        await store.close()
        withExtendedLifetime(directory) {}
    }
}
