import TestSupport
import Testing

@testable import ProxyCore

private let peer = IPAddress(ipv4: 0xC000_0201)

@Suite struct GateTests {
    @Test func aGoodTokenIsGranted() throws {
        var gate = Gate(policy: GatePolicy())
        let token = Tokens.make {
            $0.userID = "user_1"
            $0.browserSession = "login"
            $0.tokenID = "j"
        }
        let grant = try gate.admit(signingKey: token)
        #expect(grant.sessionID == "sess_1")
        #expect(grant.projectID == "proj_1")
        #expect(grant.userID == "user_1")
        #expect(grant.browserSession == "login")
        #expect(grant.tokenID == "j")
        #expect(grant.roles == nil)
        #expect(grant.expiresAt == Tokens.now + 3600)
        #expect(grant.urlToken == token)
        #expect(try gate.admit(bearer: token).urlToken == nil)
    }

    @Test(arguments: HostileToken.all) func refusesWhatTheVerifierRefuses(_ hostile: HostileToken) {
        var gate = Gate(policy: GatePolicy(checksAddress: false))
        for credential in [Credential.bearer(bytes(hostile.token)), .signingKey(bytes(hostile.token))] {
            let reason = refusal { () throws(CredentialRejection) in _ = try gate.admit(credential) }
            #expect(reason == hostile.reason)
        }
    }

    @Test func aSessionIsBound() throws {
        var gate = Gate(policy: GatePolicy(sessionID: "sess_1"))
        #expect(throws: Never.self) { try gate.admit(bearer: Tokens.make()) }
        #expect(throws: CredentialRejection.sessionMismatch) {
            try gate.admit(bearer: Tokens.make(sessionID: "sess_2"))
        }
    }

    @Test(
        arguments: [
            ("192.0.2.1", true, nil), ("::ffff:192.0.2.1", true, nil), ("192.0.2.2", true, .ipMismatch),
            ("", true, .ipMismatch),
            ("192.0.2.1, 10.0.0.1", true, .ipMismatch), ("192.0.2.2", false, nil), ("unknown", false, nil),
        ] as [(String, Bool, CredentialRejection?)]
    )
    func anAddressIsBoundUnlessTheCheckIsOff(address: String, checksAddress: Bool, expected: CredentialRejection?) {
        var gate = Gate(policy: GatePolicy(checksAddress: checksAddress))
        let token = Tokens.edited(["ipAddress": "\"\(address)\""])
        let reason = refusal { () throws(CredentialRejection) in _ = try gate.admit(bearer: token) }
        #expect(reason == expected)
    }

    @Test(arguments: ["[]", #"["admin"]"#, #"["viewer","operator"]"#]) func rolesAreRefusedWhereTheyAreOff(
        roles: String
    ) {
        var gate = Gate(policy: GatePolicy(roles: RolePolicy(isOn: false)))
        #expect(throws: CredentialRejection.role) { try gate.admit(bearer: Tokens.edited(["roles": roles])) }
    }

    @Test func keysThatAreNotThereAreToldFromBadTokens() {
        var gate = Gate(policy: GatePolicy())
        #expect(throws: CredentialRejection.secretUnavailable) {
            try gate.admit(.bearer(bytes(Tokens.make())), keys: nil)
        }
        #expect(throws: CredentialRejection.malformed) { try gate.admit(.bearer(bytes("x")), keys: nil) }
    }

    @Test func noAPIKeyIsKnown() {
        var gate = Gate(policy: GatePolicy())
        #expect(throws: CredentialRejection.apiKey) { try gate.admit(.apiKey(bytes("flybrowser_x"))) }
    }

    // MARK: - Once

    @Test func aTokenThatAdmitsOnceIsSpentByItsConnectionNotByBeingShown() throws {
        var gate = Gate(policy: GatePolicy(tokenUse: .once))
        let token = Tokens.make { $0.tokenID = "j" }
        _ = try gate.admit(bearer: token)
        let (first, second) = (try gate.admit(bearer: token), try gate.admit(bearer: token))
        try gate.spend(first, now: Tokens.now)
        #expect(throws: CredentialRejection.replayed) { try gate.spend(second, now: Tokens.now) }
        #expect(throws: CredentialRejection.replayed) { try gate.admit(bearer: token) }
        #expect(throws: CredentialRejection.replayed) { try gate.admit(bearer: token, now: Tokens.now + 3599) }
        #expect(throws: CredentialRejection.expired) { try gate.admit(bearer: token, now: Tokens.now + 3600) }
    }

    @Test func aTokenThatAdmitsOftenIsNeverSpent() throws {
        var gate = Gate(policy: GatePolicy())
        let grant = try gate.admit(bearer: Tokens.make())
        for _ in 0..<3 { try gate.spend(grant, now: Tokens.now) }
        #expect(throws: Never.self) { try gate.admit(bearer: Tokens.make()) }
    }

    @Test func tokensAreTheSameByIDElseNonceElseClaims() throws {
        func spent(
            _ first: KeyValuePairs<String, String?>,
            _ second: KeyValuePairs<String, String?>
        ) throws -> CredentialRejection? {
            var gate = Gate(policy: GatePolicy(tokenUse: .once))
            try gate.spend(try gate.admit(bearer: Tokens.edited(first)), now: Tokens.now)
            return refusal { () throws(CredentialRejection) in _ = try gate.admit(bearer: Tokens.edited(second)) }
        }
        #expect(try spent([:], [:]) == .replayed)
        #expect(try spent([:], ["iat": "1"]) == nil)
        #expect(try spent(["jti": #""a""#], ["jti": #""a""#, "iat": "1"]) == .replayed)
        #expect(try spent(["jti": #""a""#], ["jti": #""b""#]) == nil)
        #expect(try spent(["jti": #""a""#, "nonce": #""n""#], ["jti": #""b""#, "nonce": #""n""#]) == nil)
        #expect(try spent(["nonce": #""n""#], ["nonce": #""n""#, "iat": "1"]) == .replayed)
        #expect(try spent(["jti": #""x""#], ["nonce": #""x""#]) == nil)
        #expect(try spent(["jti": #""""#], ["jti": #""""#, "iat": "1"]) == nil)
        // The same claims under another header, or in another signature's place, are the same token.
        var gate = Gate(policy: GatePolicy(tokenUse: .once))
        try gate.spend(try gate.admit(bearer: Tokens.sign(payload: Tokens.payload())), now: Tokens.now)
        let respelt = Tokens.sign(header: #"{"alg":"HS256","kid":"2"}"#, payload: Tokens.payload())
        #expect(throws: CredentialRejection.replayed) { try gate.admit(bearer: respelt) }
    }

    @Test func aFullLedgerAdmitsNoFurtherTokenUntilOneIsOver() throws {
        var gate = Gate(
            policy: GatePolicy(tokenUse: .once),
            ledger: ReplayLedger(capacity: 2),
            tickets: TicketOffice()
        )
        func grant(_ id: String, lasting: Double) throws -> Grant {
            try gate.admit(
                bearer: Tokens.make {
                    $0.tokenID = id
                    $0.expiresAt = Tokens.now + lasting
                }
            )
        }
        try gate.spend(try grant("a", lasting: 10), now: Tokens.now)
        try gate.spend(try grant("b", lasting: 100), now: Tokens.now)
        let third = try grant("c", lasting: 100)
        #expect(throws: CredentialRejection.rateLimited) { try gate.spend(third, now: Tokens.now) }
        try gate.spend(third, now: Tokens.now + 10)
        #expect(throws: CredentialRejection.replayed) {
            try gate.spend(try grant("b", lasting: 100), now: Tokens.now + 10)
        }
    }

    // MARK: - Tickets

    @Test func aTicketAdmitsOnceWithinItsTime() throws {
        var gate = Gate(policy: GatePolicy())
        let grant = try gate.admit(signingKey: Tokens.make { $0.userID = "u" })
        let (ticket, late) = (
            try gate.issueTicket(for: grant, now: Tokens.now), try gate.issueTicket(for: grant, now: Tokens.now)
        )
        #expect(ticket.text.utf8.count == 43)
        #expect(ticket.text != late.text)
        let admitted = try gate.admit(ticket: ticket.text, now: Tokens.now + 29)
        #expect(admitted.sessionID == "sess_1")
        #expect(admitted.userID == "u")
        #expect(admitted.urlToken == nil)
        #expect(throws: CredentialRejection.replayed) { try gate.admit(ticket: ticket.text, now: Tokens.now + 29) }
        #expect(throws: CredentialRejection.expired) { try gate.admit(ticket: late.text, now: Tokens.now + 30) }
    }

    @Test(arguments: [
        "", "x", String(repeating: "A", count: 42), String(repeating: "A", count: 42) + "=",
        String(repeating: "A", count: 44),
    ])
    func whatIsNoTicketIsMalformed(text: String) {
        var gate = Gate(policy: GatePolicy())
        #expect(throws: CredentialRejection.malformed) { try gate.admit(ticket: text) }
    }

    @Test func aGuessIsLikeATicketWhoseTimeIsOver() {
        var gate = Gate(policy: GatePolicy())
        #expect(throws: CredentialRejection.expired) { try gate.admit(ticket: String(repeating: "A", count: 43)) }
    }

    @Test func aTicketLastsNoLongerThanItsToken() throws {
        var gate = Gate(policy: GatePolicy())
        let grant = try gate.admit(bearer: Tokens.make { $0.expiresAt = Tokens.now + 5 })
        let ticket = try gate.issueTicket(for: grant, now: Tokens.now)
        #expect(throws: CredentialRejection.expired) { try gate.admit(ticket: ticket.text, now: Tokens.now + 5) }
    }

    @Test func aTicketIsBoundToItsTokensAddress() throws {
        var gate = Gate(policy: GatePolicy())
        let grant = try gate.admit(bearer: Tokens.make { $0.ipAddress = "192.0.2.1" })
        let ticket = try gate.issueTicket(for: grant, now: Tokens.now)
        #expect(throws: CredentialRejection.ipMismatch) {
            try gate.admit(.ticket(bytes(ticket.text)), peer: IPAddress(ipv4: 0x0A00_0001))
        }
    }

    @Test func aTicketSpendsItsToken() throws {
        var gate = Gate(policy: GatePolicy(tokenUse: .once))
        let grant = try gate.admit(bearer: Tokens.make())
        let tickets = [
            try gate.issueTicket(for: grant, now: Tokens.now), try gate.issueTicket(for: grant, now: Tokens.now),
        ]
        try gate.spend(try gate.admit(ticket: tickets[0].text), now: Tokens.now)
        #expect(throws: CredentialRejection.replayed) { try gate.admit(ticket: tickets[1].text) }
        #expect(throws: CredentialRejection.replayed) { try gate.admit(bearer: Tokens.make()) }
    }

    @Test func aTicketsTicketEndsWithIt() throws {
        var gate = Gate(policy: GatePolicy())
        let first = try gate.issueTicket(for: try gate.admit(bearer: Tokens.make()), now: Tokens.now)
        let came = try gate.admit(ticket: first.text, now: Tokens.now + 20)
        let second = try gate.issueTicket(for: came, now: Tokens.now + 20)
        #expect(second.seconds == 10)
        #expect(throws: CredentialRejection.expired) { try gate.admit(ticket: second.text, now: Tokens.now + 30) }
    }

    @Test func grantsAndTicketsPrintNothing() throws {
        var gate = Gate(policy: GatePolicy())
        let grant = try gate.admit(signingKey: Tokens.make())
        let ticket = try gate.issueTicket(for: grant, now: Tokens.now)
        var dumped = ""
        dump(grant, to: &dumped)
        dump(ticket, to: &dumped)
        dump(Tokens.key(), to: &dumped)
        for text in [
            "\(grant)", String(reflecting: grant), "\(ticket)", String(reflecting: [ticket]), "\(Tokens.key())", dumped,
        ] {
            #expect(!text.contains("eyJ") && !text.contains("sess_1") && !text.contains(ticket.text), "\(text)")
        }
    }

    private func refusal(_ body: () throws(CredentialRejection) -> Void) -> CredentialRejection? {
        do { try body() } catch { return error }
        return nil
    }
}

private func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

extension Gate {
    fileprivate mutating func admit(
        _ credential: Credential,
        keys: SigningKeys? = Tokens.keys,
        peer: IPAddress = peer
    ) throws(CredentialRejection) -> Grant {
        try admit(credential, keys: keys, peer: peer, now: Tokens.now)
    }

    fileprivate mutating func admit(
        bearer token: String,
        now: Timestamp = Tokens.now
    ) throws(CredentialRejection) -> Grant {
        try admit(.bearer(bytes(token)), keys: Tokens.keys, peer: peer, now: now)
    }

    fileprivate mutating func admit(signingKey token: String) throws(CredentialRejection) -> Grant {
        try admit(.signingKey(bytes(token)), keys: Tokens.keys, peer: peer, now: Tokens.now)
    }

    fileprivate mutating func admit(
        ticket text: String,
        now: Timestamp = Tokens.now
    ) throws(CredentialRejection) -> Grant {
        // A ticket needs no key.
        try admit(.ticket(bytes(text)), keys: nil, peer: peer, now: now)
    }
}
