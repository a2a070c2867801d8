import TestSupport
import Testing

@testable import ProxyCore

@Suite struct RevocationListTests {
    private static let said = Tokens.now + .milliseconds(500)

    private func credential(
        id: String? = "j",
        isKey: Bool = false,
        session: String? = "s",
        user: String? = "u",
        issued: Timestamp? = Tokens.now
    ) -> RevocableCredential {
        RevocableCredential(id: id, isKey: isKey, sessionID: session, userID: user, issuedAt: issued)
    }

    private func list(_ kind: Revocation.Kind, _ subject: String) -> RevocationList {
        var list = RevocationList()
        list.add(Revocation(kind, subject, at: Self.said))
        return list
    }

    @Test func eachKindIsAboutItsOwn() {
        let all = Revocation.Kind.allCases
        let own: [Revocation.Kind: String] = [.token: "j", .session: "s", .user: "u", .key: "k"]
        for kind in all {
            let list = list(kind, own[kind] ?? "")
            #expect(list.revokes(credential()) == (kind != .key), "\(kind)")
            #expect(!list.revokes(credential(id: "x", session: "x", user: "x")), "\(kind)")
            #expect(!list.revokes(credential(id: nil, session: nil, user: nil)), "\(kind)")
        }
        // A key's id is no jti, and a key of a user has a word of its own.
        #expect(list(.key, "k").revokes(credential(id: "k", isKey: true)))
        #expect(!list(.key, "k").revokes(credential(id: "k")))
        #expect(!list(.token, "k").revokes(credential(id: "k", isKey: true, session: nil)))
        #expect(!list(.user, "u").revokes(credential(id: "k", isKey: true, session: nil)))
    }

    @Test func aUsersLaterTokensAreGoodAndASessionsAreNot() {
        let later = credential(issued: Tokens.now + 1)
        #expect(list(.user, "u").revokes(credential(issued: Self.said)))
        #expect(list(.user, "u").revokes(credential(issued: nil)))
        #expect(!list(.user, "u").revokes(later))
        #expect(list(.session, "s").revokes(later))
        #expect(list(.token, "j").revokes(later))
    }

    @Test func theLatestWordCounts() {
        var list = list(.user, "u")
        let changed = [Self.said, Tokens.now, Tokens.now + 10].map { list.add(Revocation(.user, "u", at: $0)) }
        #expect(changed == [false, false, true])
        #expect(list.revokes(credential(issued: Tokens.now + 5)))
        #expect(list.count == 1)
    }

    @Test func itIsForgottenWhenItsTimeIsOver() {
        var list = list(.token, "j")
        list.forget(before: Self.said + Revocation.memory - .seconds(1))
        #expect(list.revokes(credential()))
        list.forget(before: Self.said + Revocation.memory)
        #expect(list.isEmpty)
    }

    @Test func namesAreComparedByteForByte() {
        #expect(!list(.user, "\u{e9}").revokes(credential(user: "e\u{301}")))
    }

    @Test func theGateRefusesWhatIsRevoked() throws {
        var gate = Gate(policy: GatePolicy())
        let token = Tokens.make { $0.tokenID = "j" }
        let bytes = Array(token.utf8)[...]
        let peer = IPAddress(ipv4: 1)
        let grant = try gate.admit(.bearer(bytes), keys: Tokens.keys, peer: peer, now: Tokens.now)
        let ticket = try gate.issueTicket(for: grant, now: Tokens.now)
        let isNew = gate.revoke(Revocation(.token, "j", at: Tokens.now))
        #expect(isNew)
        #expect(throws: CredentialRejection.revoked) {
            try gate.admit(.bearer(bytes), keys: Tokens.keys, peer: peer, now: Tokens.now)
        }
        #expect(throws: CredentialRejection.revoked) {
            try gate.admit(.ticket(Array(ticket.text.utf8)[...]), keys: Tokens.keys, peer: peer, now: Tokens.now)
        }
    }
}
