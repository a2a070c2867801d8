import FoundationEssentials
import Glibc
import SessionStore
import Testing

/// A directory of one test's own, removed with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

@Suite struct SQLiteSessionStoreTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("s.sqlite3") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    static func makeRow(
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

    @Test func whatGoesInComesOut() async throws {
        let store = try SQLiteSessionStore(path: path, creating: true)
        let row = Self.makeRow()
        try await store.insert(row)
        #expect(try await store.row(id: row.metadata.id) == row)
        #expect(try await store.row(userID: "user-1", name: "Shop") == row)
        #expect(try await store.list(userID: nil) == [row.metadata])
        let reopened = try SQLiteSessionStore(path: path)
        #expect(try await reopened.row(id: row.metadata.id) == row)
    }

    @Test func emptyAndMissingColumnsSurvive() async throws {
        let store = try SQLiteSessionStore(path: path, creating: true)
        var row = Self.makeRow(name: "")
        row.metadata.description = nil
        row.metadata.domains = []
        row.metadata.expiresAt = nil
        row.ciphertext = []
        try await store.insert(row)
        #expect(try await store.row(id: row.metadata.id) == row)
        #expect(!row.metadata.isExpired(now: 1e12))
    }

    @Test func aUserSeesOnlyTheirOwn() async throws {
        let store = try SQLiteSessionStore(path: path, creating: true)
        let mine = Self.makeRow(id: "a", user: "me", created: 1)
        let newer = Self.makeRow(id: "b", user: "me", name: "Bank", created: 2)
        let theirs = Self.makeRow(id: "c", user: "them", created: 3)
        for row in [mine, newer, theirs] { try await store.insert(row) }
        #expect(try await store.list(userID: "me").map(\.id) == ["b", "a"])
        #expect(try await store.list(userID: nil).map(\.id) == ["c", "b", "a"])
        #expect(try await store.row(userID: "me", idOrName: "c") == nil)
        #expect(try await store.row(userID: "me", idOrName: "a") == mine)
        #expect(try await store.row(userID: "them", idOrName: "Shop") == theirs)
        #expect(try await store.row(userID: "me", idOrName: "Shop") == mine)
        #expect(try await !store.delete(id: "c", userID: "me"))
        #expect(try await store.delete(id: "c", userID: "them"))
        #expect(try await store.row(id: "c") == nil)
    }

    @Test func namesAreUniqueToAUser() async throws {
        let store = try SQLiteSessionStore(path: path, creating: true)
        try await store.insert(Self.makeRow(id: "a"))
        await #expect(throws: SessionStoreError.nameTaken) { try await store.insert(Self.makeRow(id: "b")) }
        try await store.insert(Self.makeRow(id: "c", user: "other"))
    }

    @Test func replaceKeepsTheCreationTime() async throws {
        let store = try SQLiteSessionStore(path: path, creating: true)
        try await store.insert(Self.makeRow(created: 5))
        var changed = Self.makeRow(name: "Renamed", created: 9)
        changed.ciphertext = [9]
        #expect(try await store.replace(changed))
        let read = try #require(try await store.row(id: changed.metadata.id))
        #expect(read.metadata.name == "Renamed")
        #expect(read.ciphertext == [9])
        #expect(read.metadata.createdAt.microseconds == 5)
        #expect(read.metadata.updatedAt.microseconds == 10)
        changed.metadata.userID = "another"
        #expect(try await !store.replace(changed))
    }

    @Test func theFileIsItsOwnersOnly() async throws {
        let store = try SQLiteSessionStore(path: directory.file("made/s.sqlite3"), creating: true)
        try await store.insert(Self.makeRow())
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.file("made")) {
            #expect(Self.mode(directory.file("made/\(name)")) == 0o600)
        }
    }

    @Test func aMissingFileIsNotMade() throws {
        let path = path
        #expect(throws: SessionStoreError.missing(path: path)) { try SQLiteSessionStore(path: path) }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect("\(SessionStoreError.missing(path: path))".contains(path))
    }

    @Test(arguments: [
        "not a database, but text that is longer than a SQLite header is", String(repeating: "x", count: 9000),
    ])
    func aFileOfAnotherKindIsCorrupt(content: String) throws {
        let path = path
        try Data(content.utf8).write(to: URL(filePath: path))
        #expect(throws: SessionStoreError.corrupt(path: path)) { try SQLiteSessionStore(path: path) }
        #expect(throws: SessionStoreError.corrupt(path: path)) { try SQLiteSessionStore(path: path, creating: true) }
    }

    @Test func aDamagedPageIsFound() async throws {
        let path = path
        do {
            let store = try SQLiteSessionStore(path: path, creating: true)
            for number in 0..<200 { try await store.insert(Self.makeRow(id: "\(number)", name: "\(number)")) }
        }
        var bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.count > 20_000)
        for index in 4096..<20_000 { bytes[index] = 0xAA }
        try bytes.write(to: URL(filePath: path))
        #expect(throws: SessionStoreError.corrupt(path: path)) { try SQLiteSessionStore(path: path) }
    }

    @Test func aDatabaseWithoutTheTableIsRefused() throws {
        let path = path
        try Data().write(to: URL(filePath: path))
        #expect(throws: SessionStoreError.noTable(path: path)) { try SQLiteSessionStore(path: path) }
    }

    @Test func aDirectoryCannotBeOpened() throws {
        let path = directory.path
        #expect { try SQLiteSessionStore(path: path) } throws: { error in
            if case SessionStoreError.unopenable(path, _) = error { true } else { false }
        }
    }

    @Test func expiryIsAMoment() {
        let metadata = Self.makeRow().metadata
        #expect(!metadata.isExpired(now: 1_800_000_000))
        #expect(metadata.isExpired(now: 1_800_000_001))
    }

    private static func mode(_ path: String) -> UInt32 {
        var status = stat()
        // `status` outlives the call, which only writes it.
        guard unsafe stat(path, &status) == 0 else { return 0 }
        return status.st_mode & 0o777
    }
}
