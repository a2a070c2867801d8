import FoundationEssentials
import Glibc
import ProxyCore
import TestSupport
import Testing

@testable import SessionStore

@Suite struct SQLiteDatabaseTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("s.sqlite3") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func onlyTheOwnerMayReadTheFile() async throws {
        let database = try SQLiteDatabase(path: directory.file("made/s.sqlite3"), creating: true)
        try await SessionTable(database: database).insert(SessionRow.make())
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.file("made")) {
            #expect(Self.mode(directory.file("made/\(name)")) == 0o600)
        }
    }

    @Test func aMissingFileIsNotCreatedUnasked() throws {
        let path = path
        #expect(throws: SessionStoreError.missing(path: path)) { try SQLiteDatabase(path: path, creating: false) }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect("\(SessionStoreError.missing(path: path))".contains(path))
    }

    @Test(arguments: [
        "not a database, but text that is longer than a SQLite header is", String(repeating: "x", count: 9000),
    ])
    func aFileOfAnotherKindIsCorrupt(content: String) throws {
        let path = path
        try Data(content.utf8).write(to: URL(filePath: path))
        #expect(throws: SessionStoreError.corrupt(path: path)) { try SQLiteDatabase(path: path, creating: false) }
        #expect(throws: SessionStoreError.corrupt(path: path)) { try SQLiteDatabase(path: path, creating: true) }
    }

    @Test func aDamagedPageIsFound() async throws {
        let path = path
        do {
            let database = try SQLiteDatabase(path: path, creating: true)
            for number in 0..<200 {
                try await SessionTable(database: database).insert(SessionRow.make(id: "\(number)", name: "\(number)"))
            }
        }
        var bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.count > 20_000)
        for index in 4096..<20_000 { bytes[index] = 0xAA }
        try bytes.write(to: URL(filePath: path))
        #expect(throws: SessionStoreError.corrupt(path: path)) { try SQLiteDatabase(path: path, creating: false) }
    }

    @Test func aDatabaseWithoutTheTableIsRefused() throws {
        let path = path
        try Data().write(to: URL(filePath: path))
        #expect(throws: SessionStoreError.noTable(database: path)) { try SQLiteDatabase(path: path, creating: false) }
    }

    @Test(arguments: ["iv", "description", "expires_at"])
    func aTableThatLacksAColumnIsRefused(column: String) async throws {
        let path = path
        _ = try SQLiteDatabase(path: path, creating: true)
        try SQLiteConnection(path: path).run("ALTER TABLE browser_sessions DROP COLUMN \(column)")
        let error = SessionStoreError.unusableColumn(database: path, column: column)
        #expect(throws: error) { try SQLiteDatabase(path: path, creating: false) }
        #expect(throws: error) { try SQLiteDatabase(path: path, creating: true) }
    }

    @Test func aTableDroppedWhileTheStoreIsOpenIsNamed() async throws {
        let path = path
        let table = SessionTable(database: try SQLiteDatabase(path: path, creating: true))
        try await table.insert(.make())
        try SQLiteConnection(path: path).run("DROP TABLE browser_sessions")
        await #expect(throws: SessionStoreError.noTable(database: path)) { try await table.check() }
        await #expect(throws: SessionStoreError.noTable(database: path)) { try await table.insert(.make()) }
    }

    /// SQLite stores any type in any column, and databases outlive the programs that wrote them.
    @Test(arguments: [
        ("expires_at = 'soon'", ["expires_at"]), ("expires_at = 1700000000", ["expires_at"]),
        ("expires_at = x'00ff'", ["expires_at"]), ("created_at = ''", ["created_at"]),
        ("updated_at = 'x', expires_at = 'x'", ["expires_at", "updated_at"]),
        ("expires_at = '10000-01-01 23:58:59.000000'", []), ("expires_at = '0000-12-31 00:01:00'", []),
        ("iv = x'', storage_state_encrypted = x''", []), ("iv = 'text', domains = x'ff2c00'", []),
        ("id = 'no UUID'", []), ("id = ''", []), ("name = '', description = x'00'", []),
    ])
    func anUnreadableRowDoesNotAffectOthers(change: String, unusable: [String]) async throws {
        let path = path
        let table = SessionTable(database: try SQLiteDatabase(path: path, creating: true))
        try await table.insert(.make(id: "good", name: "Sea"))
        try await table.insert(.make(id: "bad"))
        try SQLiteConnection(path: path).run("UPDATE browser_sessions SET \(change) WHERE id = 'bad'")
        let found = try await table.list(userID: "user-1")
        #expect(found.count == 2)
        let bad = try #require(found.first { $0.id != "good" })
        #expect(bad.unusableColumns == unusable)
        // An unreadable expiry is never "never".
        if unusable.contains("expires_at") { #expect(bad.isExpired(now: 0)) }
        #expect(try await table.row(id: bad.id)?.metadata == bad)
        #expect(try await table.list(userID: nil).count == 2)
        let cure = SessionChanges(name: "Cured", expiresAt: Timestamp(microseconds: 7))
        let cured = try #require(try await table.update(id: bad.id, userID: "user-1", with: cure, at: .latest))
        #expect(cured.unusableColumns == unusable.filter { $0 == "created_at" })
        #expect(try await table.delete(id: bad.id, userID: "user-1"))
        #expect(try await table.list(userID: nil).map(\.id) == ["good"])
    }

    /// A table that another program made may allow NULL where this one's does not.
    @Test func nullColumnsReadAsEmpty() async throws {
        let path = path
        let columns = SessionQuery.columns.joined(separator: ", ")
        try Data().write(to: URL(filePath: path))
        let connection = try SQLiteConnection(path: path)
        try connection.run("CREATE TABLE browser_sessions (\(columns))")
        try connection.run("INSERT INTO browser_sessions (user_id) VALUES ('u')")
        let table = SessionTable(database: try SQLiteDatabase(path: path, creating: false))
        let found = try await table.list(userID: "u")
        #expect(found.map(\.unusableColumns) == [["id", "name", "created_at", "updated_at"]])
    }

    /// So that a reader without write access can read the database.
    @Test func theJournalIsDeletedAfterAWrite() async throws {
        let directory = directory.file("made")
        let database = try SQLiteDatabase(path: "\(directory)/s.sqlite3", creating: true)
        try await SessionTable(database: database).insert(.make())
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["s.sqlite3"])
    }

    @Test func aDatabaseInMemoryBelongsToOneStore() async throws {
        #expect(throws: SessionStoreError.missing(path: ":memory:")) {
            try SQLiteDatabase(path: ":memory:", creating: false)
        }
        let table = SessionTable(database: try SQLiteDatabase(path: ":memory:", creating: true))
        try await table.insert(.make())
        #expect(try await table.list(userID: nil).count == 1)
        let another = SessionTable(database: try SQLiteDatabase(path: ":memory:", creating: true))
        #expect(try await another.list(userID: nil) == [])
        #expect(!FileManager.default.fileExists(atPath: ":memory:"))
    }

    @Test func aDirectoryCannotBeOpened() throws {
        let path = directory.path
        #expect { try SQLiteDatabase(path: path, creating: false) } throws: { error in
            if case SessionStoreError.unopenable(path, _) = error { true } else { false }
        }
    }

    @Test func aSessionExpiresAtItsMoment() {
        let metadata = SessionRow.make().metadata
        #expect(!metadata.isExpired(now: 1_800_000_000))
        #expect(metadata.isExpired(now: 1_800_000_001))
    }

    private static func mode(_ path: String) -> UInt32 {
        var status = stat()
        // `status` outlives the call, which writes only to it.
        guard unsafe stat(path, &status) == 0 else { return 0 }
        return status.st_mode & 0o777
    }
}
