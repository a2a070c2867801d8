import TestSupport
import Testing

@testable import ProxyCore

/// What a token can make the gate do, counted in bytes: no more than a good one of its length, whatever it holds.
@Suite struct TokenWorkTests {
    /// Headers that are dear to read, of nearly as many bytes as a token may have.
    private static let hostileHeaders: [String: String] = [
        "members": #"{"alg":"HS256""# + (0..<390).map { ",\"member\($0)\":0" }.joined() + "}",
        "depth": #"{"alg":"HS256","x":"# + String(repeating: "[", count: 2900) + String(repeating: "]", count: 2900)
            + "}",
        "escapes": #"{"alg":"HS256","x":""# + String(repeating: #"\u0041"#, count: 950) + #""}"#,
        "numbers": #"{"alg":"HS256","x":[1"# + String(repeating: ",1e-300", count: 820) + "]}",
        "space": String(repeating: " ", count: 5800) + #"{"alg":"HS256"}"#,
        "nothing": String(repeating: "{", count: 5800),
    ]

    private static func work(
        _ token: String,
        keys: SigningKeys? = Tokens.keys
    ) -> (work: TokenWork, reason: CredentialRejection?) {
        var work = TokenWork()
        do {
            _ = try SignedToken(Array(token.utf8)[...]).contents(keys: keys, &work)
            return (work, nil)
        } catch {
            return (work, error)
        }
    }

    /// The work of a good token as long as another.
    private static func goodWork(asLongAs token: String) -> TokenWork {
        let filler = max(0, (token.utf8.count - Tokens.edited(["nonce": #""""#]).utf8.count) * 3 / 4)
        let good = work(Tokens.edited(["nonce": "\"\(String(repeating: "n", count: filler))\""]))
        #expect(good.reason == nil)
        return good.work
    }

    @Test(arguments: hostileHeaders.keys.sorted()) func aHostileHeaderIsNotReadBeforeItsSignature(name: String) throws {
        let header = try #require(Self.hostileHeaders[name])
        let token = Tokens.sign(header: header, payload: Tokens.payload(), secret: Tokens.otherSecret)
        #expect(token.utf8.count > 7000 && token.utf8.count <= SignedToken.maximumByteCount)
        let (work, reason) = Self.work(token)
        #expect(reason == .signature)
        #expect(work.parsed == 0)
        let good = Self.goodWork(asLongAs: token)
        #expect(work.hashed <= good.hashed + 4)
        #expect(work.decoded <= good.decoded)
    }

    /// Even to say why, no more than a short header is read of a token whose signature is bad.
    @Test func theReasonCostsAShortHeaderAtMost() {
        for length in [20, 100, 383, 384, 385, 500, 2000] {
            let header = #"{"alg":"RS256","kid":""#
            let padded = header + String(repeating: "k", count: max(0, length - header.utf8.count - 2)) + #""}"#
            let token = Tokens.sign(header: padded, payload: Tokens.payload(), secret: Tokens.otherSecret)
            let (work, reason) = Self.work(token)
            let isShort = padded.utf8.count <= SignedToken.longestHeader * 3 / 4
            #expect(reason == (isShort ? .algorithm : .signature))
            #expect(work.parsed == (isShort ? padded.utf8.count : 0))
            // The header of a good token is always judged.
            #expect(Self.work(Tokens.sign(header: padded, payload: Tokens.payload())).reason == .algorithm)
        }
    }

    @Test func noClaimIsReadBeforeItsSignature() {
        let payload = "{" + String(repeating: #""a":1,"#, count: 800) + #""b":1}"#
        let (work, reason) = Self.work(Tokens.sign(payload: payload, secret: Tokens.otherSecret))
        #expect(reason == .signature)
        #expect(work.parsed == 0)
    }

    /// A signature of another length than 32 bytes is bad, without a look at the signed part.
    @Test(arguments: [0, 1, 42, 44, 7000]) func aSignatureOfAnotherLengthIsNotComputed(length: Int) {
        let unsigned = HostileToken.sound.split(separator: ".").prefix(2).joined(separator: ".")
        let (work, reason) = Self.work("\(unsigned).\(String(repeating: "A", count: length))")
        #expect(reason == (length % 4 == 1 ? .malformed : .signature))
        #expect(work.hashed == 0)
    }

    @Test(arguments: HostileToken.all) func noRefusedTokenCostsMoreThanAGoodOne(_ hostile: HostileToken) {
        guard hostile.token.utf8.count <= SignedToken.maximumByteCount else { return }
        let work = Self.work(hostile.token).work
        let good = Self.goodWork(asLongAs: hostile.token)
        // One signature more: that of the shortest good token is not in the length of what has none.
        let allowance = 600
        #expect(work.hashed <= good.hashed + allowance)
        #expect(work.decoded <= good.decoded + allowance)
        #expect(work.parsed <= good.parsed + allowance)
    }

    @Test func withoutAKeyNothingIsComputed() {
        let (work, reason) = Self.work(Tokens.make(), keys: nil)
        #expect(reason == .secretUnavailable)
        #expect(work.hashed == 0 && work.parsed == 0)
    }
}
