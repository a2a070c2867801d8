import ProxyCore
import TestSupport
import Testing

@testable import SessionStore

/// The promises of `KeyStore`, for each database.
@Suite(.timeLimit(.minutes(5))) struct KeyTableTests {
    /// Twenty minutes past an hour.
    private static let time = Timestamp(microseconds: 1_764_338_400_000_000 + 1_200_000_000)

    @Test(arguments: StoreKind.allCases)
    func aKeyIsReadBackAndUsed(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let keys = try await StoreKind.openKeys(location, creating: true)
            try await keys.check()
            var record = KeyRecord.make(expires: 1_900_000_000_000_001, rateLimit: 5)
            try await keys.create(record, hash: "h1")
            #expect(try await keys.list() == [record])
            await keys.close()
            let reopened = try await StoreKind.openKeys(location, creating: false)
            record.lastUsedAt = Self.time
            #expect(try await reopened.use(hash: "h1", at: Self.time) == .admitted(record))
            #expect(try await reopened.use(hash: "h2", at: Self.time) == .unknown)
            #expect(try await reopened.list() == [record])
            await reopened.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func missingAndEmptyColumnsSurvive(_ kind: StoreKind) async throws {
        try await kind.withKeys { keys in
            var record = KeyRecord(id: "a", name: "", createdAt: Timestamp(microseconds: -1))
            try await keys.create(record, hash: "h1")
            #expect(try await keys.list() == [record])
            record.roles = []
            record.userID = ""
            record.id = "b"
            record.createdAt = Timestamp(microseconds: -2)
            try await keys.create(record, hash: "h2")
            #expect(try await keys.list().last == record)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func keysAreListedNewestFirst(_ kind: StoreKind) async throws {
        try await kind.withKeys { keys in
            for (number, id) in ["b", "c", "a"].enumerated() {
                try await keys.create(.make(id: id, created: number == 0 ? 1 : 2), hash: id)
            }
            #expect(try await keys.list().map(\.id) == ["a", "c", "b"])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aRevokedKeyIsRefusedByEveryStoreAtOnce(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let keys = try await StoreKind.openKeys(location, creating: true)
            let others = try await StoreKind.openKeys(location, creating: false)
            try await keys.create(.make(id: "a"), hash: "h1")
            try await keys.create(.make(id: "b"), hash: "h2")
            guard case .admitted = try await others.use(hash: "h1", at: Self.time) else {
                Issue.record("it should have been admitted")
                return
            }
            #expect(try await keys.revoke(id: "a", telling: .make()))
            #expect(try await others.use(hash: "h1", at: Self.time) == .revoked)
            #expect(try await keys.list().map(\.isEnabled) == [false, true])
            #expect(try await others.revoke(id: "a", telling: .make(id: "again")))
            #expect(try await !keys.revoke(id: "c", telling: .make()))
            #expect(try await !keys.revoke(id: "a\0", telling: .make()))
            await keys.close()
            await others.close()
        }
    }

    /// The key's row and the revocation that ends its connections: both or neither.
    @Test(arguments: StoreKind.allCases)
    func aRevokedKeyIsAmongTheRevocations(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let keys = try await StoreKind.openKeys(location, creating: true)
            let revocations = try await StoreKind.openRevocations(location, creating: false)
            func told() async throws -> [RevocationRow] { try await revocations.list(since: .earliest, now: .earliest) }
            try await keys.create(.make(id: "a"), hash: "h1")
            #expect(try await !keys.revoke(id: "b", telling: .make(subject: "b")))
            #expect(try await told() == [])
            try await revocations.add(.make(id: "taken"))
            await #expect(throws: SessionStoreError.self) {
                try await keys.revoke(id: "a", telling: .make(id: "taken"))
            }
            guard case .admitted = try await keys.use(hash: "h1", at: Self.time) else {
                Issue.record("it was revoked in half")
                return
            }
            #expect(try await keys.revoke(id: "a", telling: .make(at: 2_000_000)))
            #expect(try await told() == [.make(id: "taken"), .make(at: 2_000_000)])
            await keys.close()
            await revocations.close()
        }
    }

    /// A database that is older than revocations.
    @Test(arguments: StoreKind.allCases)
    func aKeyIsRevokedWhereNothingWasBefore(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let keys = try await StoreKind.openKeys(location, creating: true)
            try await keys.create(.make(id: "a"), hash: "h1")
            switch location {
            case .sqlite(let path): try SQLiteConnection(path: path).run("DROP TABLE revocations")
            case .postgres(let server): try PostgresConnection(to: server, .patient()).run("DROP TABLE revocations")
            }
            #expect(try await keys.revoke(id: "a", telling: .make()))
            let revocations = try await StoreKind.openRevocations(location, creating: false)
            #expect(try await revocations.list(since: .earliest, now: .earliest) == [.make()])
            await keys.close()
            await revocations.close()
        }
    }

    /// A user of the database who may revoke keys and neither make the other table nor write there.
    @Test func aKeyIsRefusedAlthoughItsConnectionsCannotBeEnded() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let owner = try await StoreKind.openKeys(.postgres(testDatabase.location()), creating: true)
        try await owner.create(.make(id: "a"), hash: "h1")
        try await testDatabase.sql("GRANT SELECT, UPDATE ON api_keys TO tls_only")
        let location = try testDatabase.location(user: "tls_only", query: "?sslmode=require")
        let keys = try await StoreKind.openKeys(.postgres(location), creating: false)
        let reason = "the user has no privilege on the table"
        await #expect(throws: SessionStoreError.unopenable(database: "\(location)", reason: reason)) {
            try await keys.revoke(id: "a", telling: .make())
        }
        #expect(try await owner.use(hash: "h1", at: Self.time) == .revoked)
        await keys.close()
        await owner.close()
    }

    @Test(arguments: StoreKind.allCases)
    func aKeyIsRefusedFromItsExpiryOn(_ kind: StoreKind) async throws {
        try await kind.withKeys { keys in
            try await keys.create(.make(expires: Self.time.microseconds), hash: "h1")
            let before = Timestamp(microseconds: Self.time.microseconds - 1)
            guard case .admitted(let record) = try await keys.use(hash: "h1", at: before) else {
                Issue.record("it should have been admitted")
                return
            }
            #expect(record.lastUsedAt == before)
            #expect(try await keys.use(hash: "h1", at: Self.time) == .expired)
            #expect(try await keys.list().first?.lastUsedAt == before)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theRateHoldsForAnHourOfTheClock(_ kind: StoreKind) async throws {
        try await kind.withKeys { keys in
            try await keys.create(.make(rateLimit: 2), hash: "h1")
            func isAdmitted(_ time: Timestamp) async throws -> Bool {
                guard case .admitted = try await keys.use(hash: "h1", at: time) else { return false }
                return true
            }
            #expect(try await isAdmitted(Self.time))
            #expect(try await isAdmitted(Self.time + .seconds(60)))
            let third = Self.time + .seconds(120)
            #expect(try await keys.use(hash: "h1", at: third) == .overRate(retryAfter: 2280))
            let last = Timestamp(microseconds: Self.time.microseconds + 2_399_999_999)
            #expect(try await keys.use(hash: "h1", at: last) == .overRate(retryAfter: 1))
            #expect(try await keys.list().first?.lastUsedAt == Self.time + .seconds(60))
            let nextHour = Self.time + .seconds(2400)
            #expect(try await isAdmitted(nextHour))
            // Another process, whose clock is behind, counts within the hour that has begun.
            #expect(try await isAdmitted(last))
            #expect(try await keys.use(hash: "h1", at: nextHour) == .overRate(retryAfter: 3600))
            #expect(try await isAdmitted(nextHour + .seconds(7200)))
            // But a clock that was far ahead once does not lock the key.
            #expect(try await isAdmitted(nextHour))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aKeyWithoutALimitIsNotCountedOut(_ kind: StoreKind) async throws {
        try await kind.withKeys { keys in
            try await keys.create(.make(), hash: "h1")
            for _ in 0..<20 {
                guard case .admitted = try await keys.use(hash: "h1", at: Self.time) else {
                    Issue.record("it should have been admitted")
                    return
                }
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func exactlyTheLimitOfUsesAtOnceIsAdmitted(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            var stores: [any KeyStore] = []
            for _ in 0..<2 { stores.append(try await StoreKind.openKeys(location, creating: true)) }
            try await stores[0].create(.make(rateLimit: 50), hash: "h1")
            let refusals = try await withThrowingTaskGroup(of: KeyUse.self) { group in
                for number in 0..<100 {
                    let store = stores[number % 2]
                    group.addTask { try await store.use(hash: "h1", at: Self.time) }
                }
                var refusals: [KeyUse] = []
                for try await use in group {
                    if case .admitted = use { continue }
                    refusals.append(use)
                }
                return refusals
            }
            #expect(refusals == Array(repeating: .overRate(retryAfter: 2400), count: 50))
            for store in stores { await store.close() }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func oneTableIsMadeByManyAtOnce(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let stores = try await withThrowingTaskGroup(of: (any KeyStore).self) { group in
                for _ in 0..<8 { group.addTask { try await StoreKind.openKeys(location, creating: true) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (number, store) in stores.enumerated() {
                try await store.create(.make(id: "\(number)"), hash: "\(number)")
            }
            #expect(try await stores[0].list().count == 8)
            for store in stores { await store.close() }
        }
    }

    /// Databases are older than API keys.
    @Test(arguments: StoreKind.allCases)
    func aDatabaseWithoutTheTableHasNoKeys(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let sessions = try await StoreKind.open(location, creating: true)
            let keys = try await StoreKind.openKeys(location, creating: false)
            try await keys.check()
            #expect(try await keys.list() == [])
            #expect(try await keys.use(hash: "h1", at: Self.time) == .unknown)
            #expect(try await !keys.revoke(id: "a", telling: .make()))
            await #expect(throws: SessionStoreError.self) { try await keys.create(.make(), hash: "h1") }
            let creating = try await StoreKind.openKeys(location, creating: true)
            try await creating.create(.make(), hash: "h1")
            // The store that is open already sees the table.
            #expect(try await keys.list() == [.make()])
            guard case .admitted = try await keys.use(hash: "h1", at: Self.time) else {
                Issue.record("it should have been admitted")
                return
            }
            for store in [keys, creating] { await store.close() }
            await sessions.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func keysAreKeptSinceTheFirst(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let sessions = try await StoreKind.open(location, creating: true)
            #expect(try !KeyStores.areKept(in: location))
            let keys = try await StoreKind.openKeys(location, creating: true)
            #expect(try KeyStores.areKept(in: location))
            await keys.close()
            await sessions.close()
        }
    }

    /// The database of `key create` is whole: what opens stored sessions finds their table.
    @Test(arguments: StoreKind.allCases)
    func keysMakeTheTableOfSessionsToo(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let keys = try await StoreKind.openKeys(location, creating: true)
            let sessions = try await StoreKind.open(location, creating: false)
            try await sessions.check()
            await sessions.close()
            await keys.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func anIDOrAHashIsStoredOnce(_ kind: StoreKind) async throws {
        try await kind.withKeys { keys in
            try await keys.create(.make(id: "a"), hash: "h1")
            await #expect(throws: SessionStoreError.failed(code: "key_hash repeated")) {
                try await keys.create(.make(id: "b"), hash: "h1")
            }
            await #expect(throws: SessionStoreError.self) { try await keys.create(.make(id: "a"), hash: "h2") }
            await #expect(throws: SessionStoreError.unstorable(column: "name")) {
                try await keys.create(.make(id: "c", name: "a\0b"), hash: "h3")
            }
            #expect(try await keys.use(hash: "h1\0", at: Self.time) == .unknown)
            #expect(try await keys.list() == [.make(id: "a")])
        }
    }

    /// What a database cannot compare never widens a key.
    @Test(arguments: [
        ("expires_at", "'soon'", KeyUse.expired), ("rate_limit", "'many'", .overRate(retryAfter: 2400)),
        ("rate_limit", "-1", .overRate(retryAfter: 2400)), ("enabled", "'perhaps'", .revoked),
        ("enabled", "2", .revoked),
    ])
    func unreadableColumnsHaveTheStrictestMeaning(column: String, value: String, use: KeyUse) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.sqlite3")
        let keys = try await KeyStores.open(.sqlite(path: path), creating: true)
        try await keys.create(.make(), hash: "h1")
        try SQLiteConnection(path: path).run("UPDATE api_keys SET \(column) = \(value)")
        #expect(try await keys.use(hash: "h1", at: Self.time) == use)
        await keys.close()
    }

    @Test(arguments: [
        ("ALTER TABLE api_keys DROP COLUMN roles", "roles"), ("ALTER TABLE api_keys RENAME enabled TO open", "enabled"),
    ])
    func aTableOfAnotherShapeIsRefused(change: String, column: String) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.sqlite3")
        let keys = try await KeyStores.open(.sqlite(path: path), creating: true)
        try SQLiteConnection(path: path).run(change)
        let error = SessionStoreError.unusableColumn(database: path, column: column, table: "api_keys")
        await #expect(throws: error) { try await keys.use(hash: "h1", at: Self.time) }
        #expect("\(error)" == "the table api_keys in \(path) has no usable column \(column)")
        await keys.close()
        let testDatabase = try await PostgresTestDatabase()
        let location = try testDatabase.location()
        let server = try await StoreKind.openKeys(.postgres(location), creating: true)
        try await testDatabase.sql(change)
        let fault = SessionStoreError.unusableColumn(database: "\(location)", column: column, table: "api_keys")
        await #expect(throws: fault) { try await server.check() }
        await server.close()
    }
}
