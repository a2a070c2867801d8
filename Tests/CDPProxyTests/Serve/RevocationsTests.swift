import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy
@testable import SessionStore

@Suite(.timeLimit(.minutes(5))) struct RevocationsTests {
    /// Each look goes back some minutes before the last one that had an answer, and not before now.
    @Test func whatWasRevokedInALongOutageIsNotMissed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("sessions.sqlite3")
        try await RevocationStores.open(.sqlite(path: path), creating: true).close()
        try await withProxy(["DATABASE_URL": "sqlite:///\(path)", "CDP_PROXY_INJECT": "off"]) { proxy in
            let (client, _) = try await proxy.open(token: Tokens.make { $0.tokenID = "j" })
            let other = try SQLiteConnection(path: path)
            try other.run("BEGIN EXCLUSIVE")
            try other.run(
                "INSERT INTO revocations (id, kind, subject, revoked_at, expires_at) VALUES ('1', 'token', 'j', ?, ?)",
                [.moment(Tokens.now), .moment(Tokens.now + Revocation.memory)]
            )
            _ = try await proxy.log.line { $0.event == "revocations_unavailable" }
            proxy.clock.now = Tokens.now + .seconds(7200)
            try other.run("COMMIT")
            _ = try await proxy.log.line { $0.event == "revoked" }
            client.close()
        }
    }
}
