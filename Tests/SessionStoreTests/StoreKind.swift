import ProxyCore
import TestSupport

@testable import SessionStore

/// The databases. Every promise of `SessionStore` holds for each.
enum StoreKind: CaseIterable, Sendable {
    case sqlite
    case postgres

    /// Runs a body with a new store, and closes it.
    func withStore(_ body: (any SessionStore) async throws -> Void) async throws {
        try await withLocation { location in
            let store = try await Self.open(location, creating: true)
            try await body(store)
            await store.close()
        }
    }

    /// Like `SessionStores.open`, with longer timeouts.
    static func open(_ location: DatabaseLocation, creating: Bool) async throws -> any SessionStore {
        guard case .postgres(let location) = location else {
            return try await SessionStores.open(location, creating: creating)
        }
        let database = try PostgresDatabase(at: location, .patient())
        if creating { try await database.createTable() }
        return SessionTable(database: database)
    }

    /// Runs a body with a new store of keys, and closes it.
    func withKeys(_ body: (any KeyStore) async throws -> Void) async throws {
        try await withLocation { location in
            let keys = try await Self.openKeys(location, creating: true)
            try await body(keys)
            await keys.close()
        }
    }

    /// Like `KeyStores.open`, with longer timeouts.
    static func openKeys(_ location: DatabaseLocation, creating: Bool) async throws -> any KeyStore {
        guard case .postgres(let location) = location else {
            return try await KeyStores.open(location, creating: creating)
        }
        let database = try PostgresDatabase(at: location, .patient())
        if creating { for table in StoreTable.allCases { try await database.createTable(table) } }
        return KeyTable(database: database)
    }

    /// Like `RevocationStores.open`, with longer timeouts.
    static func openRevocations(_ location: DatabaseLocation, creating: Bool) async throws -> any RevocationStore {
        guard case .postgres(let location) = location else {
            return try await RevocationStores.open(location, creating: creating)
        }
        let database = try PostgresDatabase(at: location, .patient())
        if creating { for table in StoreTable.allCases { try await database.createTable(table) } }
        return RevocationTable(database: database)
    }

    /// Runs a body with the location of a database that is missing or empty.
    func withLocation(_ body: (DatabaseLocation) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            let directory = try TemporaryDirectory()
            try await body(.sqlite(path: directory.file("s.sqlite3")))
            withExtendedLifetime(directory) {}
        case .postgres:
            let testDatabase = try await PostgresTestDatabase(withTable: false)
            try await body(.postgres(testDatabase.location()))
        }
    }
}

extension SessionRow {
    /// A row for tests.
    static func make(
        id: String = "11111111-2222-3333-4444-555555555555",
        user: String = "user-1",
        name: String = "Shop",
        created: Int64 = 1_000_000
    ) -> SessionRow {
        SessionRow(
            metadata: SessionMetadata(
                id: id,
                userID: user,
                name: name,
                description: "a 'quoted' text; DROP TABLE browser_sessions",
                domains: ["example.test", "shop.example.test"],
                expiresAt: Timestamp(microseconds: 1_800_000_000_000_001),
                createdAt: Timestamp(microseconds: created),
                updatedAt: Timestamp(microseconds: created + 1)
            ),
            ciphertext: Array(0...255),
            iv: Array(0..<12)
        )
    }
}

extension RevocationRow {
    /// A revocation for tests.
    static func make(
        id: String = "bbbbbbbb-2222-3333-4444-555555555555",
        kind: String = "key",
        subject: String = "a",
        at: Int64 = 1_000_000
    ) -> RevocationRow {
        RevocationRow(
            id: id,
            kind: kind,
            subject: subject,
            at: Timestamp(microseconds: at),
            expiresAt: Timestamp(microseconds: 1_900_000_000_000_000)
        )
    }
}

extension KeyRecord {
    /// A key for tests.
    static func make(
        id: String = "aaaaaaaa-2222-3333-4444-555555555555",
        name: String = "ci",
        created: Int64 = 1_000_000,
        expires: Int64? = nil,
        rateLimit: Int? = nil
    ) -> KeyRecord {
        KeyRecord(
            id: id,
            name: name,
            userID: "user-1",
            roles: ["viewer", "operator"],
            createdAt: Timestamp(microseconds: created),
            expiresAt: expires.map(Timestamp.init(microseconds:)),
            rateLimit: rateLimit
        )
    }
}
