import ArgumentParser
import ProxyCore
import SessionInjector
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct SessionImportTests {
    private let state: StorageState
    private let key: UserKey

    init() throws {
        state = try StorageState(parsing: Array(#"{"cookies":[{"name":"a","value":"b","domain":".x.test"}]}"#.utf8))
        key = try UserKey(base64: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    private func parse(_ options: String...) throws -> SessionImport {
        try SessionImport.parse(["-", "--user", "u", "--name", "n"] + options)
    }

    @Test(arguments: [
        ["-", "--user", "", "--name", "n"], ["-", "--user", "u", "--name", ""], ["-", "--user", "u"],
        ["-", "--user", "u", "--name", String(repeating: "x", count: 51)], ["-", "--user", "u", "--name", "a\nb"],
        ["-", "--user", "u", "--name", "n", "--expires", "soon"], ["-", "--user", "u", "--name", "n", "--ttl", "5"],
        ["-", "--user", "u", "--name", "n", "--expires", "2031-01-01", "--ttl", "1h"],
    ])
    func wrongOptionsAreRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try SessionImport.parse(arguments) }
    }

    @Test func aNewRow() throws {
        let row = try parse("--ttl", "1h").row(for: state, sealedWith: key, replacing: nil, now: 1000)
        #expect(row.metadata.expiresAt?.microseconds == 4_600_000_000)
        #expect(row.metadata.createdAt.microseconds == 1_000_000_000)
        #expect(row.metadata.domains == ["x.test"])
        #expect(row.metadata.id.utf8.count == 36)
        #expect(row.metadata.id == row.metadata.id.lowercased())
        #expect(try row.state(with: key) == state)
    }

    @Test func aReplacedRowKeepsWhatIsNotSaid() throws {
        let former = SessionMetadata(
            id: "id",
            userID: "u",
            name: "n",
            description: "kept",
            expiresAt: Timestamp(microseconds: 7),
            createdAt: Timestamp(microseconds: 1),
            updatedAt: Timestamp(microseconds: 2)
        )
        let row = try parse("--domains", "y.test,z.test").row(for: state, sealedWith: key, replacing: former, now: 1000)
        #expect(row.metadata.id == "id")
        #expect(row.metadata.description == "kept")
        #expect(row.metadata.expiresAt == former.expiresAt)
        #expect(row.metadata.createdAt == former.createdAt)
        #expect(row.metadata.updatedAt.microseconds == 1_000_000_000)
        #expect(row.metadata.domains == ["y.test", "z.test"])
    }

    @Test func aRowThatDoesNotOpenIsNamedByItsID() throws {
        var row = try parse().row(for: state, sealedWith: key, replacing: nil, now: 1000)
        row.ciphertext[0] ^= 1
        let error = SessionCommandError.unopenable(id: row.metadata.id, .notAuthentic)
        #expect(throws: error) { try row.state(with: key) }
        #expect(error.description.contains(row.metadata.id))
    }
}
