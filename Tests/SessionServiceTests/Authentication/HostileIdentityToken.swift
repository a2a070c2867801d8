import Crypto
import FoundationEssentials
import ProxyCore
import Testing

@testable import SessionService

/// A token and the reason it must be refused for; nil for a good one.
struct HostileIdentityToken: CustomTestStringConvertible, Sendable {
    let name: String
    let token: String
    let reason: AuthenticationFailure?

    var testDescription: String { "\(reason?.rawValue ?? "good"): \(name)" }

    /// A token as given.
    private static func raw(_ reason: AuthenticationFailure?, _ name: String, _ token: String) -> Self {
        Self(name: name, token: token, reason: reason)
    }

    /// A token with this header. The provider's P-256 key signs it unless another signer is named.
    private static func header(
        _ reason: AuthenticationFailure?,
        _ header: String,
        _ signer: Identity.Signer = .curve
    ) -> Self {
        Self(name: "\(header) by \(signer)", token: Identity.token(header: header, signer), reason: reason)
    }

    /// A token with this payload and a good signature.
    private static func payload(_ reason: AuthenticationFailure?, _ payload: String) -> Self {
        Self(name: payload, token: Identity.token(payload: payload), reason: reason)
    }

    /// A token whose payload has this text before its closing brace, with a good signature.
    private static func appending(_ reason: AuthenticationFailure?, _ text: String) -> Self {
        .payload(reason, Identity.payload().dropLast() + text + "}")
    }

    /// A token with one claim replaced by this JSON; nil leaves the claim out.
    private static func claim(_ reason: AuthenticationFailure?, _ name: String, _ value: String?) -> Self {
        .claims(reason, [name: value])
    }

    /// A token with several claims replaced.
    private static func claims(_ reason: AuthenticationFailure?, _ edits: KeyValuePairs<String, String?>) -> Self {
        .payload(reason, Identity.payload(edits))
    }
}

// MARK: - The table

extension HostileIdentityToken {
    /// The good tokens that the cases are made from.
    static let sound = Identity.token()
    static let soundRSA = Identity.token(header: Identity.rsaHeader, .rsa)
    private static let segments = sound.split(separator: ".").map(String.init)
    private static let unsigned = "\(segments[0]).\(segments[1])"
    private static let unsignedRSA = soundRSA.split(separator: ".")[..<2].joined(separator: ".")

    static let all = text + headers + confusion + signatures + payloads + issuers + dates + subjects + order

    private static let text: [Self] = [
        .raw(nil, "untouched", sound),
        .raw(nil, "untouched RSA", soundRSA),
        .raw(.malformed, "empty", ""),
        .raw(.malformed, "one segment", "abc"),
        .raw(.malformed, "two segments", unsigned),
        .raw(.malformed, "points only", ".."),
        .raw(.malformed, "an empty header", ".\(segments[1]).\(segments[2])"),
        .raw(.malformed, "a line feed behind", sound + "\n"),
        .raw(.malformed, "the scheme twice", "Bearer " + sound),
        .raw(.malformed, "two tokens", sound + "," + sound),
        .raw(.malformed, "padding on the header", "\(segments[0])==.\(segments[1]).\(segments[2])"),
        .raw(.malformed, "padding on the claims", "\(unsigned)=.\(segments[2])"),
        .raw(.malformed, "padding on the signature", sound + "=="),
        .raw(.malformed, "the standard alphabet", sound.dropLast(3) + "+/A"),
        .raw(.malformed, "not ASCII", sound.dropLast() + "é"),
        .raw(.malformed, "a NUL at the end", sound + "\0"),
        .raw(.malformed, "a length no encoding has", sound + "AAA"),
        .raw(.malformed, "a segment more", "\(unsigned).\(segments[1]).\(segments[2])"),
        .raw(.malformed, "encrypted form", "\(segments[0]).AA.AA.AA.AA"),
        .raw(.malformed, "JSON serialization", #"{"payload":"\#(segments[1])","signatures":[]}"#),
        .raw(.malformed, "64 KiB", String(repeating: "a", count: 65_536)),
        .raw(.malformed, "64 KiB of points", String(repeating: ".", count: 65_536)),
        .raw(.malformed, "too long by a few bytes", long(12_300)),
        .raw(nil, "nearly as long", long(12_000)),
    ]

    private static func long(_ count: Int) -> String {
        Identity.token(payload: Identity.payload(["x": "\"\(String(repeating: "x", count: count))\""]))
    }

    private static let headers: [Self] = [
        .header(nil, #"{"kid":"ec","alg":"ES256"}"#),
        .header(nil, #"{"alg":"ES256","typ":"jwt","kid":"ec"}"#),
        .header(nil, #"{"alg":"ES256","typ":"at+JWT","kid":"ec"}"#),
        .header(nil, #"{"alg":"ES256","typ":"application/at+jwt","kid":"ec"}"#),
        .header(
            nil,
            #"{"\u0061lg":"ES\u003256","kid":"\u0065c","jku":"https://example.com/","x5u":"https://example.com/"}"#
        ),
        .header(.malformed, "alg=ES256"),
        .header(.malformed, #"["ES256"]"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec"} x"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","alg":"ES256"}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"other","k\u0069d":"ec"}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","crit":["exp"]}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","b64":false,"crit":["b64"]}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","crit":null}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","typ":"JWE"}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","typ":null}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"ec","typ":""}"#),
        .header(.malformed, #"{"alg":"ES256","kid":""}"#),
        .header(.malformed, #"{"alg":"ES256","kid":null}"#),
        .header(.malformed, #"{"alg":"ES256","kid":1}"#),
        .header(.malformed, #"{"alg":"ES256","kid":["ec"]}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"\ud800"}"#),
        .header(.malformed, #"{"alg":"ES256","kid":"\#(String(repeating: "k", count: 257))"}"#),
        .header(.unknownKey, #"{"alg":"ES256","kid":"\#(String(repeating: "k", count: 256))"}"#),
        .header(.unknownKey, #"{"alg":"ES256"}"#),
        .header(.unknownKey, #"{"alg":"ES256","kid":"EC"}"#),
        .header(.unknownKey, #"{"alg":"ES256","kid":"ec "}"#),
        .header(.unknownKey, #"{"alg":"ES256","kid":"../../dev/null"}"#),
        .header(.unknownKey, #"{"alg":"ES256","kid":"ec' OR '1'='1"}"#),
        .header(.unknownKey, #"{"alg":"ES256","kid":"ec\u0000"}"#),
    ]

    /// Tokens that claim another algorithm than they are signed with.
    private static let confusion: [Self] = [
        .header(.algorithm, #"{"alg":"none","kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"None","kid":"rsa"}"#, .rsa),
        .header(.algorithm, #"{"alg":"","kid":"ec"}"#),
        .header(.algorithm, #"{"kid":"ec"}"#),
        .header(.algorithm, #"{"alg":null,"kid":"ec"}"#),
        .header(.algorithm, #"{"alg":["ES256"],"kid":"ec"}"#),
        .header(.algorithm, #"{"alg":256,"kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"es256","kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"ES256 ","kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"ES384","kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"ES256K","kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"EdDSA","kid":"ec"}"#),
        .header(.algorithm, #"{"alg":"RS384","kid":"rsa"}"#, .rsa),
        .header(.algorithm, #"{"alg":"PS256","kid":"rsa"}"#, .rsa),
        .header(.algorithm, #"{"alg":"dir","enc":"A256GCM","kid":"ec"}"#),
        .raw(.algorithm, "none, without a signature", Identity.unsigned(#"{"alg":"none"}"#, Identity.payload()) + "."),
        hmac("the set's text", "HS256", key: Identity.usualSet),
        hmac("the RSA key's numbers", "HS256", key: Identity.numbers(.rsa)),
        hmac("nothing", "HS256", key: ""),
        hmac("the RSA key's numbers, called RS256", "RS256", key: Identity.numbers(.rsa), reason: .signature),
        .header(.unknownKey, #"{"alg":"RS256","kid":"ec"}"#, .rsa),
        .header(.unknownKey, #"{"alg":"RS256","kid":"ec"}"#, .curve),
        .header(.unknownKey, #"{"alg":"ES256","kid":"rsa"}"#, .curve),
        .header(.unknownKey, #"{"alg":"ES256","kid":"rsa"}"#, .rsa),
        .header(.signature, Identity.rsaHeader, .curve),
        .header(.signature, Identity.curveHeader, .rsa),
        .header(.signature, #"{"alg":"ES256","kid":"ec","jwk":{\#(Identity.numbers(.otherCurve))}}"#, .otherCurve),
        .header(.signature, #"{"alg":"RS256","kid":"rsa","jwk":{\#(Identity.numbers(.otherRSA))}}"#, .otherRSA),
    ]

    /// A token whose forger uses a public key as a shared secret.
    private static func hmac(
        _ name: String,
        _ algorithm: String,
        key: String,
        reason: AuthenticationFailure = .algorithm
    ) -> Self {
        let message = Identity.unsigned(#"{"alg":"\#(algorithm)","kid":"rsa"}"#, Identity.payload())
        let code = HMAC<SHA256>.authenticationCode(for: Array(message.utf8), using: SymmetricKey(data: Array(key.utf8)))
        return .raw(reason, "HMAC under \(name)", message + "." + Base64URL.encode(code))
    }

    private static func signed(_ name: String, _ message: String, _ signature: [UInt8]) -> Self {
        .raw(.signature, name, message + "." + Base64URL.encode(signature))
    }

    private static let signatures: [Self] = [
        .header(.signature, Identity.curveHeader, .otherCurve),
        .header(.signature, Identity.rsaHeader, .otherRSA),
        signed("none", unsigned, []),
        signed("one byte", unsigned, [0]),
        signed("zeros", unsigned, [UInt8](repeating: 0, count: 64)),
        signed("all bits", unsigned, [UInt8](repeating: 255, count: 64)),
        signed("63 bytes", unsigned, Identity.signature(unsigned, .curve).dropLast()),
        signed("65 bytes", unsigned, Identity.signature(unsigned, .curve) + [0]),
        signed("96 bytes", unsigned, [UInt8](repeating: 1, count: 96)),
        signed("its halves swapped", unsigned, swapped(Identity.signature(unsigned, .curve))),
        signed("DER", unsigned, Identity.derSignature(unsigned)),
        signed("RSA: none", unsignedRSA, []),
        signed("RSA: zeros", unsignedRSA, [UInt8](repeating: 0, count: 256)),
        signed("RSA: one", unsignedRSA, [UInt8](repeating: 0, count: 255) + [1]),
        signed("RSA: all bits", unsignedRSA, [UInt8](repeating: 255, count: 256)),
        signed("RSA: a zero in front", unsignedRSA, [0] + Identity.signature(unsignedRSA, .rsa)),
        signed("RSA: a byte short", unsignedRSA, Identity.signature(unsignedRSA, .rsa).dropLast()),
        signed("RSA: PSS", unsignedRSA, Identity.otherRSASignature(unsignedRSA, pss: true)),
        signed("RSA: SHA-512", unsignedRSA, Identity.otherRSASignature(unsignedRSA, pss: false)),
        signed("of another header", unsigned, Identity.signature(unsignedRSA, .curve)),
        .raw(
            .signature,
            "of other claims",
            "\(segments[0]).\(Base64URL.encode(Identity.payload(["sub": #""user-2""#]).utf8)).\(segments[2])"
        ),
        .raw(
            .signature,
            "of the same claims in another spelling",
            "\(segments[0]).\(Base64URL.encode((Identity.payload() + " ").utf8)).\(segments[2])"
        ),
        .raw(.signature, "over as well", Identity.token(payload: Identity.payload(["exp": "1"]), .otherCurve)),
        .raw(.signature, "no JSON as well", Identity.token(payload: "x", .otherCurve)),
    ]

    private static func swapped(_ signature: [UInt8]) -> [UInt8] { Array(signature[32...] + signature[..<32]) }

    private static let payloads: [Self] = [
        .payload(.malformed, ""),
        .payload(.malformed, "sub=user-1"),
        .payload(.malformed, "[\(Identity.payload())]"),
        .payload(.malformed, "null"),
        .payload(.malformed, "{}{}"),
        .payload(.malformed, "\u{FEFF}" + Identity.payload()),
        .payload(.malformed, Identity.payload().replacing("\"", with: "'")),
        .appending(.malformed, ","),
        .appending(.malformed, #","sub":"user-2""#),
        .appending(.malformed, #","\u0073ub":"user-2""#),
        .appending(.malformed, #","x":{"a":[{"b":1,"b":2}]}"#),
        .appending(.malformed, ",\"x\":" + String(repeating: "[", count: 65) + String(repeating: "]", count: 65)),
        .appending(nil, #","x":{"a":[1,null,"\ud800"]}"#),
        .claim(.malformed, "exp", "NaN"),
        .claim(.malformed, "exp", "01800003600"),
    ]

    private static let issuers: [Self] = [
        .claim(.issuer, "iss", nil),
        .claim(.issuer, "iss", "null"),
        .claim(.issuer, "iss", #""""#),
        .claim(.issuer, "iss", #""https://idp.example.com/""#),
        .claim(.issuer, "iss", #""https://IDP.example.com""#),
        .claim(.issuer, "iss", #""https://idp.example.com.evil.example""#),
        .claim(.issuer, "iss", #"["https://idp.example.com"]"#),
        .claim(.audience, "aud", nil),
        .claim(.audience, "aud", "null"),
        .claim(.audience, "aud", "[]"),
        .claim(.audience, "aud", #""janus-admin""#),
        .claim(.audience, "aud", #""Janus""#),
        .claim(.audience, "aud", #"["janus-admin","x"]"#),
        .claim(.audience, "aud", #"["janus",1]"#),
        .claim(.audience, "aud", #"[["janus"]]"#),
        .claim(.audience, "aud", #"{"janus":true}"#),
        .claim(nil, "aud", #"["other","janus"]"#),
    ]

    private static let dates: [Self] = [
        .claim(.claims, "exp", nil),
        .claim(.claims, "exp", "null"),
        .claim(.claims, "exp", #""1800003600""#),
        .claim(.claims, "exp", "true"),
        .claim(.claims, "exp", "1e400"),
        .claim(.claims, "exp", "1e300"),
        .claim(.claims, "exp", "253402300800"),
        .claim(.claims, "nbf", #""1""#),
        .claim(.claims, "nbf", "null"),
        .claim(.claims, "iat", "{}"),
        .claim(.claims, "iat", "-1e99"),
        .claim(.expired, "exp", "1800000000"),
        .claim(.expired, "exp", "1799999999.999"),
        .claim(.expired, "exp", "0"),
        .claim(nil, "exp", "1800000000.001"),
        .claim(nil, "exp", "1.8000001e9"),
        .claim(.notYetValid, "nbf", "1800000031"),
        .claim(.notYetValid, "iat", "1800000030.5"),
        .claim(nil, "nbf", "1800000030"),
        .claim(nil, "iat", "1800000029.9"),
        .claims(nil, ["nbf": "0", "iat": "-5"]),
    ]

    private static let subjects: [Self] = [
        .claim(.subject, "sub", nil),
        .claim(.subject, "sub", "null"),
        .claim(.subject, "sub", #""""#),
        .claim(.subject, "sub", "1"),
        .claim(.subject, "sub", #"["user-1"]"#),
        .claim(.subject, "sub", #""user\u00001""#),
        .claim(.subject, "sub", #""\ud800""#),
        .claim(.subject, "sub", "\"\(String(repeating: "u", count: 256))\""),
        .claim(nil, "sub", "\"\(String(repeating: "u", count: 255))\""),
        .claim(nil, "sub", #""us\u00e9r 1""#),
    ]

    /// The issuer is checked first, then the other claims, then the times.
    private static let order: [Self] = [
        .claims(.issuer, ["iss": #""x""#, "aud": #""x""#, "exp": "1"]),
        .claims(.audience, ["aud": #""x""#, "exp": nil]),
        .claims(.subject, ["sub": nil, "exp": "1"]),
        .claims(.claims, ["exp": "1", "nbf": "null"]),
        .claims(.expired, ["exp": "1", "nbf": "1900000000"]),
    ]
}
