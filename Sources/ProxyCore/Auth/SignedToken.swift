/// A JWS in compact serialization (RFC 7515 section 7.1) signed with HS256, read in the order that costs a stranger's token
/// least: size, segments, header, signature. The claims can be had by no other way than through a good signature.
struct SignedToken {
    /// The longest token read, in bytes; a longer one is refused unread.
    static let maximumByteCount = 8192

    /// The claims as they came: one token, one text.
    let payload: [UInt8]
    /// Header and payload with the point between them: what is signed.
    private let signedPart: ArraySlice<UInt8>
    private let signature: [UInt8]

    /// The token in `bytes`. `malformed` or `algorithm` are thrown; nothing is verified yet.
    init(_ bytes: ArraySlice<UInt8>) throws(Rejection) {
        guard bytes.count <= Self.maximumByteCount else { throw .malformed }
        let (span, point) = (bytes.span, UInt8(ascii: "."))
        guard let first = span.firstIndex(of: point), let second = span.firstIndex(of: point, from: first + 1) else {
            throw .malformed
        }
        let (payload, signature) = (span.extracting(first + 1..<second), span.extracting(droppingFirst: second + 1))
        try Self.checkHeader(span.extracting(first: first))
        // A fourth segment is refused here: a point is not in the alphabet.
        guard let signature = Base64URL.decode(signature), let payload = Base64URL.decode(payload) else {
            throw .malformed
        }
        self.payload = payload
        self.signature = signature
        signedPart = bytes.prefix(second)
    }

    /// The claims, once the signature over the bytes as they came has been found good, and the key it is good by; without
    /// keys that is never.
    func verifiedClaims(keys: SigningKeys?) throws(Rejection) -> (JSONObject, signer: SigningKey) {
        guard let keys else { throw .secretUnavailable }
        guard let signer = keys.signer(of: signedPart, signature: signature) else { throw .signature }
        return (try Self.object(payload), signer)
    }

    /// RFC 7515 section 4.1: `alg` is HS256 whatever the token would like; `typ` absent or `JWT` in any case (it is a media
    /// type, RFC 7519 section 5.1); `crit` names extensions that must be understood, and none is.
    private static func checkHeader(_ segment: Span<UInt8>) throws(Rejection) {
        for usual in usualHeaders where usual.span.hasSameBytes(as: segment) { return }
        guard let bytes = Base64URL.decode(segment) else { throw .malformed }
        let header = try object(bytes)
        guard header["alg"]?.isString("HS256") == true else { throw .algorithm }
        if let type = header["typ"], type.stringValue?.lowercased() != "jwt" { throw .malformed }
        guard header["crit"] == nil else { throw .malformed }
    }

    /// `{"alg":"HS256","typ":"JWT"}` and `{"typ":"JWT","alg":"HS256"}`, as nearly every issuer writes them.
    private static let usualHeaders = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
    ].map { Array($0.utf8) }

    private static func object(_ bytes: [UInt8]) throws(Rejection) -> JSONObject {
        guard let value = try? JSONValue.parse(bytes), let object = value.objectValue else { throw .malformed }
        return object
    }
}

extension JSONValue {
    /// Whether this is the string `text`, byte for byte.
    func isString(_ text: String) -> Bool { if case .string(let string) = self { string.equals(text) } else { false } }
}
