/// A JWS in compact serialization (RFC 7515 section 7.1) signed with HS256. Only a good
/// signature leads to the claims.
///
/// Rule 1: until the signature is found good, nothing but the signature itself is decoded or parsed.
/// Rule 2: a token with a bad signature is read once more, only to say why: its header, up to `longestHeader` characters,
/// and the alphabet of the rest. Any content costs less than a good token of that length.
struct SignedToken {
    /// The longest token read, in bytes; a longer one is refused unread. None that came in a head is longer.
    static let maximumByteCount = HTTPLimits.standard.head
    /// The longest header, in characters, that is read although the signature is bad. A longer one is nothing but
    /// `signature` then.
    static let longestHeader = 512

    private let header: ArraySlice<UInt8>
    private let payload: ArraySlice<UInt8>
    private let signature: ArraySlice<UInt8>
    /// Header and payload with the point between them: what is signed.
    private let signedPart: ArraySlice<UInt8>

    /// What a token with a good signature holds.
    struct Contents {
        /// The claims.
        let claims: JSONObject
        /// The claims as they came: one token, one text.
        let payload: [UInt8]
        /// The key that signed it.
        let signer: SigningKey
    }

    /// The token in `bytes`. `malformed` is thrown for fewer than three segments; nothing is verified yet.
    init(_ bytes: ArraySlice<UInt8>) throws(CredentialRejection) {
        guard bytes.count <= Self.maximumByteCount else { throw .malformed }
        let (span, point) = (bytes.span, UInt8(ascii: "."))
        guard let first = span.firstIndex(of: point), let second = span.firstIndex(of: point, from: first + 1) else {
            throw .malformed
        }
        header = bytes.prefix(first)
        signedPart = bytes.prefix(second)
        payload = signedPart.dropFirst(first + 1)
        // A fourth segment is found here: a point is not in the alphabet.
        signature = bytes.dropFirst(second + 1)
    }

    /// What the token says, once the signature over the bytes as they came has been found good; without keys that is
    /// never. What was done to find out is added to `work`.
    func contents(keys: SigningKeys?, _ work: inout TokenWork) throws(CredentialRejection) -> Contents {
        guard let signer = keys.flatMap({ signer(among: $0, &work) }) else {
            try checkForm(&work)
            throw keys == nil ? .secretUnavailable : .signature
        }
        try checkHeader(&work)
        guard let bytes = Self.decoded(payload, &work) else { throw .malformed }
        return Contents(claims: try Self.object(bytes, &work), payload: bytes, signer: signer)
    }

    /// The key that made the signature; nil when it was none of them.
    private func signer(among keys: SigningKeys, _ work: inout TokenWork) -> SigningKey? {
        guard signature.count == SigningKey.signatureCharacters, let bytes = Self.decoded(signature, &work) else {
            return nil
        }
        work.hashed += signedPart.count
        return keys.signer(of: signedPart, signature: bytes)
    }

    /// Throws what is wrong with a token whatever signed it, as far as that can be said at a bounded cost.
    private func checkForm(_ work: inout TokenWork) throws(CredentialRejection) {
        if header.count <= Self.longestHeader { try checkHeader(&work) }
        guard Self.decoded(signature, &work) != nil, Self.decoded(payload, &work) != nil else { throw .malformed }
    }

    /// RFC 7515 section 4.1: `alg` is HS256 whatever the token would like; `typ` absent or `JWT` in any case (it is a media
    /// type, RFC 7519 section 5.1); `crit` names extensions that must be understood, and none is.
    private func checkHeader(_ work: inout TokenWork) throws(CredentialRejection) {
        for usual in Self.usualHeaders where usual.span.hasSameBytes(as: header.span) { return }
        guard let bytes = Self.decoded(header, &work) else { throw .malformed }
        let members = try Self.object(bytes, &work)
        guard members["alg"]?.isString("HS256") == true else { throw .algorithm }
        if let type = members["typ"], type.stringValue?.lowercased() != "jwt" { throw .malformed }
        guard members["crit"] == nil else { throw .malformed }
    }

    /// `{"alg":"HS256","typ":"JWT"}` and `{"typ":"JWT","alg":"HS256"}`, as nearly every issuer writes them.
    private static let usualHeaders = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
    ].map { Array($0.utf8) }

    private static func decoded(_ segment: ArraySlice<UInt8>, _ work: inout TokenWork) -> [UInt8]? {
        work.decoded += segment.count
        return Base64URL.decode(segment.span)
    }

    private static func object(_ bytes: [UInt8], _ work: inout TokenWork) throws(CredentialRejection) -> JSONObject {
        work.parsed += bytes.count
        guard let value = try? JSONValue.parse(bytes), let object = value.objectValue else { throw .malformed }
        return object
    }
}

/// How many bytes of a token were looked at, and how: what a stranger can make the gate do.
struct TokenWork: Equatable {
    /// Bytes whose signature was computed.
    var hashed = 0
    /// Characters read as base64url.
    var decoded = 0
    /// Bytes read as JSON.
    var parsed = 0
}

extension JSONValue {
    /// Whether this is the string `text`, byte for byte.
    func isString(_ text: String) -> Bool { if case .string(let string) = self { string.equals(text) } else { false } }
}
