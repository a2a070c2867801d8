import ProxyCore
import Testing

@testable import SessionStore

/// Tables that other programs made, and the right to make one.
@Suite(.timeLimit(.minutes(5))) struct PostgresTableTests {
    @Test func aMissingTableIsNamed() async throws {
        let testDatabase = try await PostgresTestDatabase(withTable: false)
        let store = try testDatabase.store()
        let error = SessionStoreError.noTable(
            database: "postgresql://127.0.0.1:\(testDatabase.address.port)/\(testDatabase.name)"
        )
        await #expect(throws: error) { try await store.check() }
        await #expect(throws: error) { try await store.list(userID: "u") }
        await #expect(throws: error) { try await store.insert(.make()) }
        try await store.database.createTable()
        try await store.insert(.make())
        await store.close()
    }

    @Test(arguments: [
        ("ALTER TABLE browser_sessions ALTER domains TYPE text[] USING ARRAY[domains]", "domains"),
        ("ALTER TABLE browser_sessions DROP iv", "iv"),
        ("ALTER TABLE browser_sessions ALTER expires_at TYPE text", "expires_at"),
        ("ALTER TABLE browser_sessions ALTER storage_state_encrypted TYPE text", "storage_state_encrypted"),
        ("ALTER TABLE browser_sessions RENAME description TO note", "description"),
    ])
    func aTableOfAnotherShapeIsRefused(change: String, column: String) async throws {
        let testDatabase = try await PostgresTestDatabase()
        try await testDatabase.sql(change)
        let store = try testDatabase.store()
        let error = SessionStoreError.unusableColumn(database: "\(try testDatabase.location())", column: column)
        await #expect(throws: error) { try await store.check() }
        await #expect(throws: error) {
            try await StoreKind.open(.postgres(try testDatabase.location()), creating: true)
        }
        #expect("\(error)".contains(column))
        await store.close()
    }

    /// Moments without a zone hold UTC, whatever time zone the server has.
    @Test func columnsWithoutAZoneHoldUTC() async throws {
        let testDatabase = try await PostgresTestDatabase()
        try await testDatabase.sql("ALTER DATABASE \(testDatabase.name) SET timezone = 'America/New_York'")
        for column in ["expires_at", "created_at", "updated_at"] {
            try await testDatabase.sql("ALTER TABLE browser_sessions ALTER \(column) TYPE timestamp")
        }
        let store = try testDatabase.store()
        let row = SessionRow.make(created: 1_769_776_496_123_456)
        try await store.insert(row)
        #expect(try await store.row(id: row.metadata.id) == row)
        let text = try testDatabase.connect().run("SELECT created_at::text FROM browser_sessions").rows
        #expect(text == [[.text("2026-01-30 12:34:56.123456")]])
        await store.close()
    }

    /// Moments that PostgreSQL holds, and that neither Python nor ISO 8601 can write.
    @Test(arguments: [
        ("infinity", Timestamp.latest), ("12000-01-01T00:00:00Z", .latest), ("-infinity", .earliest),
        ("0001-12-31T00:00:00Z BC", .earliest), ("9999-12-31T23:59:59.999999Z", .latest),
        ("0001-01-01T00:00:00Z", .earliest),
    ])
    func momentsOutOfRangeAreTheEarliestOrTheLatest(text: String, moment: Timestamp) async throws {
        let testDatabase = try await PostgresTestDatabase()
        let store = try testDatabase.store()
        try await store.insert(.make(id: "a"))
        try await store.insert(.make(id: "b", name: "Sea"))
        try await testDatabase.sql(
            "SET timezone = 'UTC'; UPDATE browser_sessions SET expires_at = '\(text)' WHERE id = 'a'"
        )
        try await testDatabase.sql(
            "SET timezone = 'UTC'; UPDATE browser_sessions SET created_at = '\(text)' WHERE id = 'a'"
        )
        let found = try #require(try await store.row(id: "a")?.metadata)
        #expect(found.expiresAt == moment)
        #expect(found.createdAt == moment)
        #expect(found.unusableColumns == [])
        #expect(try await Set(store.list(userID: "user-1").map(\.id)) == ["a", "b"])
        await store.close()
    }

    /// A value too long for its column is refused, not cut.
    @Test func valuesTooLongForTheirColumnAreRefused() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let store = try testDatabase.store()
        await #expect(throws: SessionStoreError.failed(code: "SQLSTATE 22001")) {
            try await store.insert(.make(name: String(repeating: "n", count: 51)))
        }
        await store.close()
    }

    /// A column that changes while connections are open causes no error.
    @Test func anOutdatedPlanIsPreparedAgain() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let store = try testDatabase.store(.patient(connections: 1))
        try await store.insert(.make())
        #expect(try await store.list(userID: nil).count == 1)
        let id = SessionRow.make().metadata.id
        let changes = SessionChanges(description: "else")
        let time = Timestamp(microseconds: 0)
        #expect(try await store.update(id: id, userID: "user-1", with: changes, at: time) != nil)
        try await testDatabase.sql("ALTER TABLE browser_sessions ALTER name TYPE text")
        #expect(try await store.list(userID: nil).count == 1)
        try await testDatabase.sql("ALTER TABLE browser_sessions ALTER name TYPE varchar(60)")
        #expect(try await store.update(id: id, userID: "user-1", with: changes, at: time) != nil)
        await store.close()
    }

    /// The Python service makes the table too, without taking the lock.
    @Test func aTableMadeByAnotherProcessMeanwhileIsUsed() async throws {
        let testDatabase = try await PostgresTestDatabase(withTable: false)
        let other = try testDatabase.connect()
        let columns = try await PostgresTestDatabase().columns()
        try other.run("BEGIN")
        try other.run("CREATE TABLE browser_sessions (\(columns))")
        let store = try testDatabase.store()
        async let made: Void = store.database.createTable()
        let waiting = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
        // Within one transaction, pg_stat_activity shows the same snapshot.
        let watch = try testDatabase.connect()
        while try watch.run(waiting, [.text(testDatabase.name)]).rows != [[.text("1")]] { await Task.yield() }
        try other.run("COMMIT")
        try await made
        try await store.insert(.make())
        await store.close()
    }

    @Test func aUserWithReadAccessOnlyCanRead() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let location = DatabaseLocation.postgres(try testDatabase.location(user: "tls_only", query: "?sslmode=require"))
        let store = try await StoreKind.open(location, creating: false)
        let denied = SessionStoreError.unopenable(
            database: "\(try testDatabase.location())",
            reason: "the user has no privilege on the table"
        )
        await #expect(throws: denied) { try await store.check() }
        try await testDatabase.sql("GRANT SELECT ON browser_sessions TO tls_only")
        // The table exists, so the user need not be allowed to make one.
        await (try await StoreKind.open(location, creating: true)).close()
        try await store.check()
        await #expect(throws: denied) { try await store.insert(.make()) }
        await store.close()
    }
}
