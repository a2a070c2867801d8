import TestSupport
import Testing

@testable import ProxyCore

private let peer = IPAddress(ipv4: 0xC000_0201)

/// What a gate remembers, handed to another gate over JSON.
@Suite struct GateHandoverTests {
    /// A gate that knows what `gate` knew, and the lines that said so.
    private func successor(of gate: Gate, at now: Timestamp = Tokens.now) throws -> Gate {
        var next = Gate(policy: gate.policy)
        for line in gate.handover(now: now) {
            let read = try JSONValue.parse(line.serialized())
            #expect(next.takeOver(read, now: now) == true)
        }
        return next
    }

    private func admit(_ token: String, to gate: inout Gate) throws(CredentialRejection) -> Grant {
        let credential = Credential.bearer(Array(token.utf8)[...])
        return try gate.admit(credential, keys: Tokens.keys, peer: peer, now: Tokens.now)
    }

    private func redeem(
        _ ticket: Ticket,
        at gate: inout Gate,
        now: Timestamp = Tokens.now
    ) throws(CredentialRejection) -> Grant {
        let credential = Credential.ticket(Array(ticket.text.utf8)[...])
        return try gate.admit(credential, keys: nil, peer: peer, now: now)
    }

    @Test func aTicketOpensTheSameOnceMore() throws {
        var gate = Gate(policy: GatePolicy(roles: RolePolicy(isOn: true), tellsTokensApart: true))
        let token = Tokens.make {
            $0.userID = "user_1"
            $0.browserSession = "login"
            $0.tokenID = "j"
            $0.roles = ["operator", "viewer"]
            $0.permissions = ["sessions.screenshot", "sessions.l*"]
            $0.maxIdle = .milliseconds(1500)
            $0.maxSeconds = .seconds(3)
            $0.ipAddress = peer.description
        }
        let ticket = try gate.issueTicket(for: try admit(token, to: &gate), now: Tokens.now)
        var (before, after) = (gate, try successor(of: gate))
        let (old, new) = (try redeem(ticket, at: &before), try redeem(ticket, at: &after))
        #expect(new.json == old.json)
        #expect((new.sessionID, new.projectID, new.userID) == ("sess_1", "proj_1", "user_1"))
        #expect((new.maxIdle, new.maxSeconds) == (.milliseconds(1500), .seconds(3)))
        #expect(new.permissions == old.permissions && new.tokenKey == old.tokenKey && new.tokenKey != nil)
        #expect(new.expiresAt == Tokens.now + 3600 && new.issuedAt == Tokens.now)
        #expect(throws: CredentialRejection.replayed) { try redeem(ticket, at: &after) }
    }

    @Test func aTicketKeepsItsEnd() throws {
        var gate = Gate(policy: GatePolicy())
        let ticket = try gate.issueTicket(for: try admit(Tokens.make(), to: &gate), now: Tokens.now)
        var next = try successor(of: gate, at: Tokens.now + .seconds(10))
        #expect(throws: CredentialRejection.expired) {
            try redeem(ticket, at: &next, now: Tokens.now + Ticket.lifetime)
        }
        // One whose time is over is not handed over, nor one that was used.
        #expect(gate.handover(now: Tokens.now + Ticket.lifetime).isEmpty)
        _ = try redeem(ticket, at: &gate)
        #expect(gate.handover(now: Tokens.now).isEmpty)
    }

    @Test func aSpentTokenStaysSpent() throws {
        var gate = Gate(policy: GatePolicy(tokenUse: .once))
        let grant = try admit(Tokens.make(), to: &gate)
        let ticket = try gate.issueTicket(for: grant, now: Tokens.now)
        try gate.spend(grant, now: Tokens.now)
        var next = try successor(of: gate)
        #expect(throws: CredentialRejection.replayed) { try admit(Tokens.make(), to: &next) }
        #expect(throws: CredentialRejection.replayed) { try redeem(ticket, at: &next) }
    }

    @Test(arguments: Revocation.Kind.allCases) func whatIsRevokedStaysRevoked(_ kind: Revocation.Kind) throws {
        var gate = Gate(policy: GatePolicy())
        let revocation = Revocation(kind, "sub\"ject \u{e9}", at: Tokens.now)
        #expect(gate.revoke(revocation) == true)
        var next = try successor(of: gate)
        #expect(next.revoke(revocation) == false, "it knows that already")
    }

    @Test(
        arguments: [
            #"{}"#, #"{"ticket":{}}"#, #"{"ticket":null}"#, #"{"spent":{"hash":"AAAA","until":1}}"#,
            #"{"spent":{"hash":7}}"#, #"{"revoked":{"kind":"all","subject":"x","at":1}}"#, #"{"revoked":[]}"#,
            #"{"ticket":{"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","until":1800000030000000,"grant":{}}}"#,
        ]
    )
    func anythingElseIsNotTakenUp(_ line: String) throws {
        var gate = Gate(policy: GatePolicy())
        let read = try JSONValue.parse(text: line)
        #expect(gate.takeOver(read, now: Tokens.now) == false)
        #expect(gate.handover(now: Tokens.now).isEmpty)
    }
}
