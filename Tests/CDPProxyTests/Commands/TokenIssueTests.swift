import ArgumentParser
import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

private let required = ["--session-id", "sess_1", "--project-id", "proj_1"]

@Suite struct TokenIssueTests {
    @Test func aTokenSaysWhatWasAskedFor() throws {
        let options = [
            "--user-id", "user_1", "--browser-session", "work", "--role", "viewer", "--role", "operator", "--ttl", "5m",
            "--ip-address", "::ffff:192.0.2.1", "--max-idle", "10m", "--max-seconds", "2h",
        ]
        let claims = try claims(options)
        #expect(claims.sessionID == "sess_1")
        #expect(claims.projectID == "proj_1")
        #expect(claims.userID == "user_1")
        #expect(claims.browserSession == "work")
        #expect(claims.roles == ["viewer", "operator"])
        #expect(claims.ipAddress == "192.0.2.1")
        #expect(claims.maxIdle == .seconds(600))
        #expect(claims.maxSeconds == .seconds(7200))
        #expect(claims.issuedAt == Tokens.now)
        #expect(claims.expiresAt == Tokens.now + 300)
    }

    @Test func whatWasNotAskedForIsAbsent() throws {
        let claims = try claims([])
        #expect(claims.userID == nil)
        #expect(claims.browserSession == nil)
        #expect(claims.roles == nil)
        #expect(claims.ipAddress == nil)
        #expect(claims.maxIdle == nil)
        #expect(claims.maxSeconds == nil)
        #expect(claims.expiresAt == Tokens.now + 3600)
    }

    @Test func everyTokenHasItsOwnID() throws {
        #expect(try claims([]).tokenID?.count == 36)
        #expect(try claims([]).tokenID != claims([]).tokenID)
    }

    @Test(arguments: [
        [], ["--user-id", "u"], ["--role", "admin"], ["--user-id", "", "--role", "admin"],
        ["--user-id", "u", "--role", "admin", "--browser-session", "work"], required + ["--permission", "*"],
        ["--session-id", "sess_1"], ["--project-id", "proj_1"], ["--session-id", "", "--project-id", "proj_1"],
        ["--session-id", "sess_1", "--project-id", ""], required + ["--browser-session", "work"],
        required + ["--browser-session", "work", "--user-id", ""], required + ["--ttl", "0s"],
        required + ["--ttl", "1d"], required + ["--max-idle", "0s"], required + ["--max-seconds", "60"],
        required + ["--ttl", "-5m"], required + ["--ttl", "9000h"], required + ["--ip-address", "localhost"],
        required + ["--url", "localhost:9223"], required + ["token"], required + ["--signing-key", "x"],
    ])
    func refuses(arguments: [String]) {
        #expect(throws: (any Error).self) { try TokenIssue.parse(arguments) }
    }

    @Test func withAURLTheConnectURLIsPrinted() throws {
        let command = try TokenIssue.parse(required + ["--url", "ws://127.0.0.1:9223"])
        let text = command.text(now: Tokens.now) { _ in Tokens.key() }
        let start = "ws://127.0.0.1:9223/?signingKey="
        #expect(text.hasPrefix(start))
        let token = text.dropFirst(start.count).utf8
        #expect(throws: Never.self) { try TokenVerifier.claims(of: token, keys: Tokens.keys, now: Tokens.now) }
    }

    @Test func withoutASessionItIsARoleTokenUnderItsOwnKey() throws {
        let command = try TokenIssue.parse(["--user-id", "u", "--role", "operator", "--permission", "sessions.act"])
        let token = command.text(now: Tokens.now) { Tokens.key($0 ? Tokens.otherSecret : Tokens.secret) }
        let claims = try TokenVerifier.roleClaims(of: token.utf8, key: Tokens.key(Tokens.otherSecret), now: Tokens.now)
        #expect(claims.userID == "u")
        #expect(claims.roles == ["operator"])
        #expect(claims.permissions == ["sessions.act"])
        #expect(claims.expiresAt == Tokens.now + 3600)
    }

    private func claims(_ options: [String]) throws -> TokenClaims {
        let token = try TokenIssue.parse(required + options).text(now: Tokens.now + 0.9) { isRoleToken in
            Tokens.key(isRoleToken ? Tokens.otherSecret : Tokens.secret)
        }
        return try TokenVerifier.claims(of: token.utf8, keys: Tokens.keys, now: Tokens.now)
    }
}
