import ProxyCore
import Testing

@testable import SessionStore

/// The promises of `RevocationStore`, for each database.
@Suite(.timeLimit(.minutes(5))) struct RevocationTableTests {
    private static func row(_ id: String, at: Int64, until: Int64 = 1_900_000_000_000_000) -> RevocationRow {
        RevocationRow(
            id: id,
            kind: "user",
            subject: "a 'quoted' name",
            at: Timestamp(microseconds: at),
            expiresAt: Timestamp(microseconds: until)
        )
    }

    @Test(arguments: StoreKind.allCases)
    func everyStoreOfTheDatabaseReadsThem(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let writer = try await StoreKind.openRevocations(location, creating: true)
            let reader = try await StoreKind.openRevocations(location, creating: false)
            #expect(try await reader.list(since: .earliest, now: .earliest).isEmpty)
            let rows = [Self.row("b", at: 1_000_001), Self.row("a", at: 1_000_001), Self.row("c", at: 1_000_002)]
            for row in rows { try await writer.add(row) }
            let listed = try await reader.list(since: .earliest, now: Timestamp(microseconds: 0))
            #expect(listed == [rows[1], rows[0], rows[2]])
            await writer.close()
            await reader.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func onlyNewOnesAndThoseNotOverAreListed(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let store = try await StoreKind.openRevocations(location, creating: true)
            for (id, at, until) in [("old", 1, 100), ("new", 50, 100), ("over", 50, 60)] as [(String, Int64, Int64)] {
                try await store.add(Self.row(id, at: at * 1_000_000, until: until * 1_000_000))
            }
            func ids(since: Int64, now: Int64) async throws -> [String] {
                let (since, now) = (
                    Timestamp(microseconds: since * 1_000_000), Timestamp(microseconds: now * 1_000_000)
                )
                return try await store.list(since: since, now: now).map(\.id)
            }
            #expect(try await ids(since: 0, now: 59) == ["old", "new", "over"])
            #expect(try await ids(since: 50, now: 60) == ["new"])
            #expect(try await ids(since: 51, now: 60) == [])
            #expect(try await ids(since: 0, now: 100) == [])
            await store.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aDatabaseWithoutTheTableHasNone(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let sessions = try await StoreKind.open(location, creating: true)
            let store = try await StoreKind.openRevocations(location, creating: false)
            #expect(try await store.list(since: .earliest, now: .earliest).isEmpty)
            let writer = try await StoreKind.openRevocations(location, creating: true)
            try await writer.add(Self.row("a", at: 1))
            #expect(try await store.list(since: .earliest, now: .earliest).map(\.id) == ["a"])
            for each in [store, writer] { await each.close() }
            await sessions.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func whatCannotBeKeptIsRefused(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let store = try await StoreKind.openRevocations(location, creating: true)
            var row = Self.row("a", at: 1)
            row.subject = "\0"
            await #expect(throws: SessionStoreError.unstorable(column: "subject")) { try await store.add(row) }
            await store.close()
        }
    }
}
