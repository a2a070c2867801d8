import ProxyCore
import Testing

@testable import SessionService

/// Texts that are not key sets, with their failures.
private let notSets: [(String, KeySetFailure)] = [
    ("", .notAKeySet), ("<html>login</html>", .notAKeySet), ("null", .notAKeySet), ("[]", .notAKeySet),
    ("{}", .notAKeySet), (#"{"keys":{}}"#, .notAKeySet), (#"{"keys":null}"#, .notAKeySet),
    (#"{"keys":[]} x"#, .notAKeySet), (#"{"keys":[],"keys":[]}"#, .notAKeySet),
    (#"{"Keys":[]}"#, .notAKeySet), ("\u{FEFF}" + Identity.usualSet, .notAKeySet),
    (#"{"keys":[{"kid":"a","kid":"b"}]}"#, .notAKeySet),
    (#"{"keys":[]}"#, .noUsableKey), (#"{"keys":[1,null,"x",[],{}]}"#, .noUsableKey),
]

/// An odd modulus of so many bits.
private func modulus(bits: Int) -> String {
    var bytes = [UInt8](repeating: 0xA5, count: (bits + 7) / 8)
    bytes[0] = 1 << UInt8((bits - 1) % 8)
    return Base64URL.encode(bytes)
}

private func rsaKey(bits: Int = 2048, exponent: String = "AQAB") -> String {
    #"{"kid":"k","kty":"RSA","n":"\#(modulus(bits: bits))","e":"\#(exponent)"}"#
}

/// The provider's P-256 key with more members.
private func curve(_ more: String) -> String {
    Identity.key(.curve, "k", more)
}

private let x = Base64URL.encode([UInt8](repeating: 1, count: 32))

private let leftOut: [(String, String)] = [
    ("for encryption", curve(#","use":"enc""#)),
    ("a use of another type", curve(#","use":null"#)),
    ("operations without verify", curve(#","key_ops":["sign"]"#)),
    ("operations that are none", curve(#","key_ops":"verify""#)),
    ("another algorithm", curve(#","alg":"RS256""#)),
    ("another curve's algorithm", curve(#","alg":"ES384""#)),
    ("an algorithm of another type", curve(#","alg":null"#)),
    ("its private number", curve(#","d":"AAAA""#)),
    ("an RSA key's algorithm", Identity.key(.rsa, "k", #","alg":"PS256""#)),
    ("an RSA key's prime", Identity.key(.rsa, "k", #","p":"AAAA""#)),
    ("an RSA key called ES256", Identity.key(.rsa, "k", #","alg":"ES256""#)),
    ("an empty name", Identity.key(.curve, "")),
    ("a long name", Identity.key(.curve, String(repeating: "k", count: 257))),
    ("no name", "{\(Identity.numbers(.curve))}"),
    ("a name of another type", "{\"kid\":1,\(Identity.numbers(.curve))}"),
    ("a shared secret", #"{"kid":"k","kty":"oct","k":"AAAA"}"#),
    ("Ed25519", #"{"kid":"k","kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#),
    ("another curve", #"{"kid":"k","kty":"EC","crv":"P-384","x":"\#(x)","y":"\#(x)"}"#),
    ("no curve", #"{"kid":"k","kty":"EC","x":"\#(x)","y":"\#(x)"}"#),
    ("a point that is not on the curve", #"{"kid":"k","kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(x)"}"#),
    ("half a point", #"{"kid":"k","kty":"EC","crv":"P-256","x":"\#(x)"}"#),
    ("short coordinates", #"{"kid":"k","kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#),
    ("padded coordinates", #"{"kid":"k","kty":"EC","crv":"P-256","x":"\#(x)=","y":"\#(x)="}"#),
    ("a kind in lower case", #"{"kid":"k","kty":"ec","crv":"P-256","x":"\#(x)","y":"\#(x)"}"#),
    ("2047 bits", rsaKey(bits: 2047)), ("1024 bits", rsaKey(bits: 1024)), ("8193 bits", rsaKey(bits: 8193)),
    ("an even exponent", rsaKey(exponent: "Ag")), ("an exponent of 1", rsaKey(exponent: "AQ")),
    ("no exponent", rsaKey(exponent: "")), ("an exponent of 0", rsaKey(exponent: "AA")),
    ("an exponent of 33 bits", rsaKey(exponent: "AQAAAAE")), ("a padded exponent", rsaKey(exponent: "AQAB=")),
    ("no modulus", #"{"kid":"k","kty":"RSA","e":"AQAB"}"#),
    ("a modulus that is no text", #"{"kid":"k","kty":"RSA","n":65537,"e":"AQAB"}"#),
]

private let taken: [(String, String, IdentityAlgorithm)] = [
    ("bare", curve(""), .es256),
    ("with everything", curve(#","use":"sig","key_ops":["sign","verify"],"alg":"ES256","x5t":"a""#), .es256),
    ("bare RSA", Identity.key(.rsa, "k"), .rs256),
    ("RSA with a certificate", Identity.key(.rsa, "k", #","alg":"RS256","x5c":["AAAA"]"#), .rs256),
    ("a zero in front of the exponent", rsaKey(exponent: "AAEAAQ"), .rs256),
    ("an exponent of 3", rsaKey(exponent: "Aw"), .rs256),
    ("4096 bits", rsaKey(bits: 4096), .rs256), ("8192 bits", rsaKey(bits: 8192), .rs256),
]

@Suite struct KeySetTests {
    @Test(arguments: notSets) func textThatIsNotAKeySetIsRefused(text: String, failure: KeySetFailure) async {
        await #expect(throws: failure) { try await Identity.keys(text) }
    }

    @Test(arguments: leftOut) func unusableKeysAreLeftOut(name: String, key: String) async throws {
        await #expect(throws: KeySetFailure.noUsableKey) { try await Identity.keys(Identity.set(key)) }
        // And it does not affect the others.
        let keys = try await Identity.keys(Identity.set(key, Identity.key(.curve, "good")))
        #expect(keys.count == 1)
        #expect(keys[Identity.name("good", .es256)] != nil)
    }

    @Test(arguments: taken) func usableKeysAreTaken(
        name: String,
        key: String,
        algorithm: IdentityAlgorithm
    ) async throws {
        let keys = try await Identity.keys(Identity.set(key))
        #expect(keys.count == 1)
        #expect(keys[Identity.name("k", algorithm)]?.algorithm == algorithm)
        let other: IdentityAlgorithm = algorithm == .es256 ? .rs256 : .es256
        #expect(keys[Identity.name("k", other)] == nil)
    }

    @Test func twoKeysOfOneNameAreBothIgnored() async throws {
        let set = Identity.set(
            Identity.key(.curve, "ec"),
            Identity.key(.otherCurve, "ec"),
            Identity.key(.rsa, "ec"),
            Identity.key(.rsa, "rsa")
        )
        let keys = try await Identity.keys(set)
        #expect(Identity.reason(Identity.token(), keys) == .unknownKey)
        #expect(Identity.reason(Identity.token(.otherCurve), keys) == .unknownKey)
        // An RSA key of the same name is another key, since no ES256 token can name it.
        #expect(keys.count == 2)
        #expect(keys[Identity.name("ec", .rs256)] != nil)
    }

    @Test func aRepeatedKeyCountsOnce() async throws {
        let keys = try await Identity.keys(Identity.set(Identity.key(.curve, "ec"), Identity.key(.curve, "ec")))
        #expect(keys.count == 1)
        #expect(Identity.reason(Identity.token(), keys) == nil)
    }

    @Test func namesCompareByteForByte() async throws {
        let keys = try await Identity.keys(Identity.set(Identity.key(.curve, "caf\u{e9}")))
        #expect(keys[Identity.name("caf\u{e9}", .es256)] != nil)
        #expect(keys[Identity.name("cafe\u{301}", .es256)] == nil)
    }

    @Test func atMostAHundredKeysAreUsed() async throws {
        let members = (0..<150).map { Identity.key(.curve, "k\($0)") }
        let keys = try await Identity.keys(#"{"keys":[\#(members.joined(separator: ","))]}"#)
        #expect(keys.count == 100)
        #expect(keys[Identity.name("k99", .es256)] != nil)
        #expect(keys[Identity.name("k100", .es256)] == nil)
    }
}
