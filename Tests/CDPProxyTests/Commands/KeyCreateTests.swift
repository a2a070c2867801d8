import ArgumentParser
import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct KeyCreateTests {
    @Test func everyOptionIsInTheRecord() throws {
        let record = try KeyCreate.parse([
            "--name", "ci", "--user-id", "u", "--expires-in-days", "2", "--rate-limit", "10", "--role", "viewer",
            "--role", "operator",
        ]).record(now: 100)
        #expect(record.name == "ci")
        #expect(record.userID == "u")
        #expect(record.expiresAt == 172_900)
        #expect(record.rateLimit == 10)
        #expect(record.roles == ["viewer", "operator"])
        #expect(record.createdAt == 100)
        #expect(record.id.utf8.count == 36)
    }

    @Test(arguments: [[], ["--expires-in-days", "0"]])
    func withoutOptionsItNeverExpiresAndMayDoEverything(options: [String]) throws {
        let record = try KeyCreate.parse(["--name", "ci"] + options).record(now: 100)
        #expect(record.expiresAt == nil)
        #expect(record.rateLimit == nil)
        #expect(record.roles == nil)
        #expect(record.userID == nil)
    }

    @Test(arguments: [
        ["--name", ""], ["--name", "a\nb"], ["--name", String(repeating: "n", count: 101)], [],
        ["--name", "n", "--user-id", ""], ["--name", "n", "--expires-in-days", "36601"],
        ["--name", "n", "--expires-in-days=-1"], ["--name", "n", "--rate-limit", "0"],
        ["--name", "n", "--role", "root"], ["--name", "n", "--role", "Admin"],
    ])
    func refuses(options: [String]) {
        #expect(throws: (any Error).self) { try KeyCreate.parse(options) }
    }

    @Test func anUnknownRoleIsToldWhichThereAre() {
        let error = #expect(throws: (any Error).self) { try KeyCreate.parse(["--name", "n", "--role", "root"]) }
        #expect(error.map { KeyCreate.message(for: $0) } == "--role must be one of: admin, operator, viewer.")
    }
}
