import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct KeyRevokeTests {
    private static func make(_ id: String, _ name: String, enabled: Bool = true) -> KeyRecord {
        var record = KeyRecord(id: id, name: name, createdAt: 0)
        record.isEnabled = enabled
        return record
    }

    private let keys = [
        make("1", "ci"), make("2", "shared"), make("3", "shared"), make("4", "ci", enabled: false), make("5", "1"),
        make("6", "old", enabled: false),
    ]

    @Test(arguments: [("1", "1"), ("ci", "1"), ("4", "4"), ("3", "3"), ("6", "6")])
    func anIDComesBeforeANameInUse(text: String, id: String) throws {
        #expect(try KeyRevoke.id(of: text, among: keys) == id)
    }

    @Test(arguments: [
        ("old", KeyCommandError.notFound), ("", .notFound), ("CI", .notFound), ("shared", .ambiguous(ids: ["2", "3"])),
    ])
    func aNameMustTellOneKey(text: String, error: KeyCommandError) {
        #expect(throws: error) { try KeyRevoke.id(of: text, among: keys) }
    }
}
