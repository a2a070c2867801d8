import ProxyCore
import TestSupport
import Testing

/// A token, and what it must be refused for; nil when it is good after all.
struct HostileToken: CustomTestStringConvertible {
    let name: String
    let token: String
    let reason: CredentialRejection?

    var testDescription: String { "\(reason?.rawValue ?? "good"): \(name)" }

    /// A token as it stands.
    static func raw(_ reason: CredentialRejection?, _ name: String, _ token: String) -> HostileToken {
        HostileToken(name: name, token: token, reason: reason)
    }

    /// A token with this header, its signature good.
    static func header(_ reason: CredentialRejection?, _ header: String) -> HostileToken {
        HostileToken(name: header, token: Tokens.sign(header: header, payload: Tokens.payload()), reason: reason)
    }

    /// A token with this payload, its signature good.
    static func payload(_ reason: CredentialRejection?, _ payload: String) -> HostileToken {
        HostileToken(name: payload, token: Tokens.sign(payload: payload), reason: reason)
    }

    /// A token whose payload has this text before its closing brace, its signature good.
    static func appending(_ reason: CredentialRejection?, _ text: String) -> HostileToken {
        .payload(reason, Tokens.payload().dropLast() + text + "}")
    }

    /// A token with one claim replaced, or absent where `value` is nil; the value is JSON as it stands.
    static func claim(_ reason: CredentialRejection?, _ name: String, _ value: String?) -> HostileToken {
        .claims(reason, [name: value])
    }

    /// The same with several claims.
    static func claims(_ reason: CredentialRejection?, _ edits: KeyValuePairs<String, String?>) -> HostileToken {
        let name = edits.map { "\($0.key): \($0.value ?? "absent")" }.joined(separator: ", ")
        return HostileToken(name: name, token: Tokens.edited(edits), reason: reason)
    }
}

// MARK: - The table

extension HostileToken {
    /// The token the table takes apart, and its three segments.
    static let sound = Tokens.make()
    private static let segments = sound.split(separator: ".").map(String.init)
    private static let unsigned = "\(segments[0]).\(segments[1])"

    static let all = text + headers + payloads + signatures + issuers + dates + types + order

    private static let text: [HostileToken] = [
        .raw(nil, "untouched", sound),
        .raw(.malformed, "empty", ""),
        .raw(.malformed, "one segment", "abc"),
        .raw(.malformed, "two segments", unsigned),
        .raw(.malformed, "points only", ".."),
        .raw(.malformed, "an empty header", ".\(segments[1]).\(segments[2])"),
        .raw(.malformed, "a space before", " " + sound),
        .raw(.malformed, "a line feed behind", sound + "\n"),
        .raw(.malformed, "the scheme twice", "Bearer " + sound),
        .raw(.malformed, "two tokens", sound + "," + sound),
        .raw(.malformed, "padding on the header", "\(segments[0])=.\(segments[1]).\(segments[2])"),
        .raw(.malformed, "padding on the signature", sound + "="),
        .raw(.malformed, "the standard alphabet", sound.dropLast(3) + "+/A"),
        .raw(.malformed, "not ASCII", sound.dropLast() + "é"),
        .raw(.malformed, "a NUL at the end", sound + "\0"),
        .raw(.malformed, "percent-encoding", sound.replacing(".", with: "%2E")),
        .raw(.malformed, "a length no encoding has", String(sound.dropLast(2))),
        .raw(.malformed, "JSON serialization", #"{"payload":"\#(segments[1])","signatures":[]}"#),
        .raw(.malformed, "64 KiB", String(repeating: "a", count: 65_536)),
        .raw(.malformed, "64 KiB of points", String(repeating: ".", count: 65_536)),
        .raw(.malformed, "64 KiB, signed", Tokens.edited(["nonce": "\"\(String(repeating: "n", count: 49_000))\""])),
        .raw(
            .malformed,
            "too long by a few bytes",
            Tokens.edited(["nonce": "\"\(String(repeating: "n", count: 12_150))\""])
        ),
        .raw(nil, "nearly as long", Tokens.edited(["nonce": "\"\(String(repeating: "n", count: 12_000))\""])),
    ]

    private static let headers: [HostileToken] = [
        .header(nil, #"{"alg":"HS256"}"#),
        .header(nil, #"{"typ":"JWT","alg":"HS256"}"#),
        .header(nil, #"{"alg":"HS256","typ":"jwt","kid":"../../etc/passwd"}"#),
        .header(nil, #"{ "alg" : "HS256" , "jwk" : {"kty":"oct","k":"AAAA"}, "jku":"https://example.com/" }"#),
        .header(nil, #"{"\u0061lg":"HS\u003256"}"#),
        .header(.malformed, "alg=HS256"),
        .header(.malformed, #"["HS256"]"#),
        .header(.malformed, #"{"alg":"HS256"} x"#),
        .header(.malformed, #"{'alg':'HS256'}"#),
        .header(.malformed, #"{"alg":"HS256","alg":"HS256"}"#),
        .header(.malformed, #"{"alg":"none","\u0061lg":"HS256"}"#),
        .header(.malformed, #"{"alg":"HS256","crit":["exp"]}"#),
        .header(.malformed, #"{"alg":"HS256","b64":false,"crit":["b64"]}"#),
        .header(.malformed, #"{"alg":"HS256","crit":[]}"#),
        .header(.malformed, #"{"alg":"HS256","crit":null}"#),
        .header(.malformed, #"{"alg":"HS256","typ":"at+jwt"}"#),
        .header(.malformed, #"{"alg":"HS256","typ":null}"#),
        .header(.malformed, #"{"alg":"HS256","typ":1}"#),
        .header(.malformed, #"{"alg":"HS256","typ":""}"#),
        .raw(.malformed, "a header that is not UTF-8", "gIE.\(segments[1]).\(segments[2])"),
        .header(.algorithm, #"{"alg":"none"}"#),
        .header(.algorithm, #"{"alg":"None","typ":"JWT"}"#),
        .header(.algorithm, #"{"alg":"hs256"}"#),
        .header(.algorithm, #"{"alg":"HS256 "}"#),
        .header(.algorithm, #"{"alg":"HS384"}"#),
        .header(.algorithm, #"{"alg":"HS512"}"#),
        .header(.algorithm, #"{"alg":"RS256"}"#),
        .header(.algorithm, #"{"alg":"ES256"}"#),
        .header(.algorithm, #"{"alg":"EdDSA","crit":["x"]}"#),
        .header(.algorithm, #"{"alg":"dir","enc":"A256GCM"}"#),
        .header(.algorithm, #"{"alg":""}"#),
        .header(.algorithm, #"{"alg":null}"#),
        .header(.algorithm, #"{"alg":["HS256"]}"#),
        .header(.algorithm, #"{"alg":256}"#),
        .header(.algorithm, #"{"alg":"\ud800"}"#),
        .header(.algorithm, #"{"ALG":"HS256"}"#),
        .header(.algorithm, "{}"),
        .raw(.algorithm, "none, without a signature", "eyJhbGciOiJub25lIn0.\(segments[1])."),
    ]

    /// The segment with a bit set behind its last byte, which must not be a multiple of three long.
    private static func strayBit(_ segment: String) -> String {
        var bytes = Array(segment.utf8)
        // In the alphabet every second letter and digit has its lowest bit unset, and the next one has it set.
        bytes[bytes.count - 1] += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let payloads: [HostileToken] = [
        .payload(.malformed, "sessionId=sess_1"),
        .payload(.malformed, ""),
        .payload(.malformed, "[\(Tokens.payload())]"),
        .payload(.malformed, #""x""#),
        .payload(.malformed, "null"),
        .payload(.malformed, "{}{}"),
        .payload(.malformed, sound),
        .payload(.malformed, "\u{FEFF}" + Tokens.payload()),
        .payload(.malformed, Tokens.payload().replacing("\"", with: "'")),
        .appending(.malformed, ","),
        .appending(.malformed, #","exp":1900000000"#),
        .appending(.malformed, #","\u0065xp":1900000000"#),
        .appending(.malformed, #","x":{"a":[{"b":1,"b":2}]}"#),
        .appending(.malformed, #","x":"\ud8""#),
        .appending(.malformed, ",\"x\":" + String(repeating: "[", count: 65) + String(repeating: "]", count: 65)),
        .appending(nil, #","x":{"a":[1,null,"\ud800"]}"#),
        .claim(.malformed, "exp", "NaN"),
        .claim(.malformed, "exp", "0x7fffffff"),
        .claim(.malformed, "exp", "01800003600"),
    ]

    private static let signatures: [HostileToken] = [
        .raw(.signature, "another key's", Tokens.make(secret: Tokens.otherSecret)),
        .raw(.signature, "none", unsigned + "."),
        .raw(.signature, "one byte", unsigned + ".AA"),
        .raw(.signature, "cut short", String(sound.dropLast(3))),
        .raw(.signature, "a byte more", unsigned + "." + String(repeating: "A", count: 44)),
        .raw(.signature, "zeros", unsigned + "." + String(repeating: "A", count: 43)),
        .raw(
            .signature,
            "of other claims",
            "\(segments[0]).\(Tokens.make(sessionID: "sess_2").split(separator: ".")[1]).\(segments[2])"
        ),
        .raw(.signature, "of another header", sound.replacing(segments[0], with: "eyJhbGciOiJIUzI1NiJ9")),
        .raw(
            .signature,
            "of another spelling",
            sound.replacing(segments[0], with: "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9")
        ),
        .raw(.malformed, "a segment more", "\(unsigned).\(segments[1]).\(segments[2])"),
        .raw(.malformed, "encrypted form", "\(segments[0]).AA.AA.AA.AA"),
        .raw(.malformed, "a stray bit in the claims", "\(segments[0]).\(Self.strayBit(segments[1])).\(segments[2])"),
        .raw(.malformed, "a stray bit in the signature", "\(unsigned).\(Self.strayBit(segments[2]))"),
        .raw(.malformed, "a byte more than any encoding", unsigned + "." + String(repeating: "A", count: 45)),
        .raw(.malformed, "padding on the claims", "\(unsigned)=.\(segments[2])"),
        .raw(.signature, "over as well", Tokens.make(secret: Tokens.otherSecret) { $0.expiresAt = 0 }),
    ]

    private static let issuers: [HostileToken] = [
        .claim(.issuer, "iss", nil),
        .claim(.issuer, "iss", "null"),
        .claim(.issuer, "iss", #""""#),
        .claim(.issuer, "iss", #""Wallcrawler""#),
        .claim(.issuer, "iss", #""wallcrawler ""#),
        .claim(.issuer, "iss", #"["wallcrawler"]"#),
        .claim(.audience, "aud", nil),
        .claim(.audience, "aud", "null"),
        .claim(.audience, "aud", "[]"),
        .claim(.audience, "aud", #""cdp""#),
        .claim(.audience, "aud", #"["cdp-access-admin","x"]"#),
        .claim(.audience, "aud", #"["cdp-access",1]"#),
        .claim(.audience, "aud", #"[["cdp-access"]]"#),
        .claim(.audience, "aud", #"{"cdp-access":true}"#),
        .claim(nil, "aud", #""cdp-access""#),
        .claim(nil, "aud", #"["other","cdp-access"]"#),
    ]

    private static let dates: [HostileToken] = [
        .claim(.claims, "exp", nil),
        .claim(.claims, "exp", "null"),
        .claim(.claims, "exp", #""1800003600""#),
        .claim(.claims, "exp", "true"),
        .claim(.claims, "exp", "[1800003600]"),
        .claim(.claims, "exp", "1e400"),
        .claim(.claims, "exp", "1e300"),
        .claim(.claims, "exp", "253402300800"),
        .claim(.claims, "exp", "-1e12"),
        .claim(.claims, "nbf", #""1""#),
        .claim(.claims, "nbf", "1e99"),
        .claim(.claims, "nbf", "null"),
        .claim(.claims, "iat", "{}"),
        .claim(.claims, "iat", "-1e99"),
        .claim(.claims, "iat", "false"),
        .claim(.expired, "exp", "1800000000"),
        .claim(.expired, "exp", "1799999999.999"),
        .claim(.expired, "exp", "0"),
        .claim(.expired, "exp", "-1"),
        .claim(nil, "exp", "1800000000.001"),
        .claim(nil, "exp", "1.8000001e9"),
        .claim(nil, "exp", "253402300799"),
        .claim(.notYetValid, "nbf", "1800000031"),
        .claim(.notYetValid, "iat", "1800000030.5"),
        .claim(nil, "nbf", "1800000030"),
        .claim(nil, "iat", "1800000029.9"),
        .claims(nil, ["nbf": "0", "iat": "-5"]),
    ]

    private static let types: [HostileToken] = [
        .claim(.claims, "sub", nil),
        .claim(.claims, "sub", "1"),
        .claim(.claims, "sub", #""sess_2""#),
        .claim(.claims, "sub", #""Sess_1""#),
        .claim(.claims, "sub", #""sess_1 ""#),
        .claims(.claims, ["sub": #""caf\u00e9""#, "sessionId": #""cafe\u0301""#]),
        .claims(.claims, ["sub": #""""#, "sessionId": #""""#]),
        .claims(.claims, ["sub": #""\ud800""#, "sessionId": #""\ud800""#]),
        .claims(nil, ["sub": #""\ud83d\ude00""#, "sessionId": "\"\u{1F600}\""]),
        .claim(nil, "sub", #""\u0073ess_1""#),
        .claim(.claims, "sessionId", nil),
        .claim(.claims, "sessionId", "null"),
        .claim(.claims, "sessionId", #"["sess_1"]"#),
        .claim(.claims, "projectId", nil),
        .claim(.claims, "projectId", #""""#),
        .claim(.claims, "projectId", "7"),
        .claim(.claims, "userId", "7"),
        .claim(.claims, "userId", "null"),
        .claim(.claims, "nonce", "[]"),
        .claim(.claims, "jti", "1"),
        .claim(.claims, "ipAddress", "2130706433"),
        .claim(.claims, "ipAddress", #"["127.0.0.1"]"#),
        .claim(.claims, "browserSession", #""login""#),
        .claims(.claims, ["browserSession": #""login""#, "userId": #""""#]),
        .claims(.claims, ["browserSession": "1", "userId": #""u""#]),
        .claims(nil, ["browserSession": #""login""#, "userId": #""u""#, "persist": "false"]),
        .claim(.claims, "persist", #""true""#),
        .claim(.claims, "persist", "1"),
        .claim(.claims, "roles", #""admin""#),
        .claim(.claims, "roles", "[1]"),
        .claim(.claims, "roles", "null"),
        .claim(nil, "roles", "[]"),
        .claims(nil, ["userId": #""""#, "jti": #""""#, "nonce": #""""#, "browserSession": #""""#]),
        .claim(nil, "ipAddress", #""not one""#),
    ]

    /// The issuer is checked first, then the other claims, then the times.
    private static let order: [HostileToken] = [
        .claims(.issuer, ["iss": #""x""#, "aud": #""x""#, "exp": "1"]),
        .claims(.audience, ["aud": #""x""#, "exp": nil]),
        .claims(.claims, ["sub": #""x""#, "exp": "1"]),
        .claims(.expired, ["exp": "1", "nbf": "1900000000"]),
    ]
}
