import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct SessionListTests {
    private func make(_ name: String, expires: Int64? = nil) -> SessionMetadata {
        SessionMetadata(
            id: "id-\(name)",
            userID: "u",
            name: name,
            domains: ["a.test", "b.test"],
            expiresAt: expires.map { Timestamp(microseconds: $0 * 1_000_000) },
            createdAt: Timestamp(microseconds: 0),
            updatedAt: Timestamp(microseconds: 1_769_776_496_123_456)
        )
    }

    @Test func columnsLineUpAndExpiryIsTold() {
        let table = SessionList.table(
            of: [make("long name"), make("x", expires: 99), make("y", expires: 4_000_000_000)],
            now: 100
        )
        #expect(
            table == [
                "ID            USER  NAME       EXPIRES               UPDATED               DOMAINS",
                "id-long name  u     long name  never                 2026-01-30T12:34:56Z  a.test,b.test",
                "id-x          u     x          expired               2026-01-30T12:34:56Z  a.test,b.test",
                "id-y          u     y          2096-10-02T07:06:40Z  2026-01-30T12:34:56Z  a.test,b.test",
            ]
        )
    }

    @Test func whatCannotBeUsedIsMarked() throws {
        var session = make("n", expires: 0)
        session.unusableColumns = ["expires_at", "created_at"]
        let line = try #require(SessionList.table(of: [session], now: 0).last)
        #expect(line == "id-n  u     n     unusable  2026-01-30T12:34:56Z  a.test,b.test")
        #expect(session.json["unusable"] == ["expires_at", "created_at"])
    }

    @Test func namesCannotSteerATerminal() {
        let table = SessionList.table(of: [make("a\u{1B}[2Jb\n")], now: 0)
        #expect(table.last?.contains("a?[2Jb?") == true)
    }

    @Test func theJSONIsTheServices() {
        #expect(
            String(decoding: make("n").json.serialized(), as: UTF8.self) == """
                {"id":"id-n","user_id":"u","name":"n","description":null,"domains":["a.test","b.test"],\
                "expires_at":null,"created_at":"1970-01-01T00:00:00Z",\
                "updated_at":"2026-01-30T12:34:56.123456Z"}
                """
        )
    }
}
