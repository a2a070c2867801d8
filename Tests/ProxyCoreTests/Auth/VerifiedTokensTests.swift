import TestSupport
import Testing

@testable import ProxyCore

@Suite struct VerifiedTokensTests {
    private let token = Array(Tokens.make().utf8)[...]
    private let present = Tokens.keys

    private func verified(_ token: ArraySlice<UInt8>) throws -> VerifiedToken {
        try TokenVerifier.verify(token, present, role: nil)
    }

    private func keys(_ text: String, previous: SigningKey? = nil) throws -> SigningKeys {
        SigningKeys(current: try #require(SigningKey(text.utf8)), previous: previous)
    }

    @Test func findsWhatWasAddedByItsBytes() throws {
        var known = VerifiedTokens()
        #expect(known.find(token, present, role: nil) == nil)
        known.add(try verified(token), token)
        #expect(known.find(token, present, role: nil) != nil)
        #expect(known.find(Array(Tokens.make(sessionID: "sess_2").utf8)[...], present, role: nil) == nil)
        #expect(known.find(token.dropLast(), present, role: nil) == nil)
    }

    @Test func aKeyThatIsNoLongerAcceptedVerifiesNothing() throws {
        var known = VerifiedTokens()
        known.add(try verified(token), token)
        let next = try keys("another-signing-key-of-32-bytes-or-more", previous: present.current)
        #expect(known.find(token, next, role: nil) != nil)
        #expect(known.find(token, try keys("another-signing-key-of-32-bytes-or-more"), role: nil) == nil)
        #expect(known.find(token, nil, role: nil) == nil)
        // The same bytes fetched anew are another key, as far as this knows.
        #expect(known.find(token, try keys(Tokens.secret), role: nil) == nil)
    }

    @Test func forgetsRatherThanGrows() throws {
        var known = VerifiedTokens()
        let good = try verified(token)
        known.add(good, token)
        for number in 0..<256 { known.add(good, Array("token \(number)".utf8)[...]) }
        #expect(known.find(token, present, role: nil) == nil)
        known.add(good, token)
        #expect(known.find(token, present, role: nil) != nil)
        let long = [UInt8](repeating: 0x61, count: 2049)[...]
        known.add(good, long)
        #expect(known.find(long, present, role: nil) == nil)
    }

    @Test func theGateLooksAtEverythingElseEachTime() throws {
        var gate = Gate(policy: GatePolicy(tokenUse: .once))
        let bound = Array(Tokens.make { $0.ipAddress = "192.0.2.1" }.utf8)[...]
        let home = IPAddress(ipv4: 0xC000_0201)
        let away = IPAddress(ipv4: 0xC000_0202)
        func admit(_ peer: IPAddress, _ now: Timestamp, _ keys: SigningKeys?) throws(CredentialRejection) -> Grant {
            try gate.admit(.bearer(bound), keys: keys, peer: peer, now: now)
        }
        let grant = try admit(home, Tokens.now, present)
        #expect(throws: CredentialRejection.ipMismatch) { try admit(away, Tokens.now, present) }
        #expect(throws: CredentialRejection.expired) { try admit(home, Tokens.now + 3600, present) }
        #expect(throws: CredentialRejection.secretUnavailable) { try admit(home, Tokens.now, nil) }
        let others = try keys("another-signing-key-of-32-bytes-or-more")
        #expect(throws: CredentialRejection.signature) { try admit(home, Tokens.now, others) }
        try gate.spend(grant, now: Tokens.now)
        #expect(throws: CredentialRejection.replayed) { try admit(home, Tokens.now, present) }
    }
}
