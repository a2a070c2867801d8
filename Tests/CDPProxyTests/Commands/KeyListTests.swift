import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct KeyListTests {
    private func make(_ name: String, expires: Timestamp? = nil) -> KeyRecord {
        KeyRecord(id: "id-\(name)", name: name, createdAt: 0, expiresAt: expires)
    }

    @Test func columnsLineUpAndTheStateIsTold() {
        var full = make("long name", expires: 4_000_000_000)
        full.userID = "u"
        full.roles = ["admin", "viewer"]
        full.rateLimit = 5
        full.lastUsedAt = 1
        var revoked = make("y", expires: 4_000_000_000)
        revoked.isEnabled = false
        #expect(
            KeyList.table(of: [full, make("x", expires: 99), revoked, make("z")], now: 100) == [
                "ID            NAME       USER  ROLES         STATE    EXPIRES               RATE  USED",
                "id-long name  long name  u     admin,viewer  good     2096-10-02T07:06:40Z  5/h   1970-01-01T00:00:01Z",
                "id-x          x          -     all           expired  1970-01-01T00:01:39Z  -     never",
                "id-y          y          -     all           revoked  2096-10-02T07:06:40Z  -     never",
                "id-z          z          -     all           good     never                 -     never",
            ]
        )
    }

    @Test func namesCannotSteerATerminal() {
        let table = KeyList.table(of: [make("a\u{1B}[2Jb\n")], now: 0)
        #expect(table.last?.contains("a?[2Jb?") == true)
    }

    @Test func theJSONHasEveryFieldButTheHash() {
        var record = make("n")
        record.roles = ["viewer"]
        record.rateLimit = 7
        #expect(
            String(decoding: record.json.serialized(), as: UTF8.self) == """
                {"id":"id-n","name":"n","user_id":null,"roles":["viewer"],"created_at":"1970-01-01T00:00:00Z",\
                "expires_at":null,"rate_limit":7,"enabled":true,"last_used_at":null}
                """
        )
    }
}
