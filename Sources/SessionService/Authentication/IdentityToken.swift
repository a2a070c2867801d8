import ProxyCore

/// A provider's token: a JWS in compact serialization (RFC 7515 section 7.1), strictly read. What it says can be had by
/// no other way than through a good signature.
struct IdentityToken: Sendable {
    /// The longest token read, in bytes; a longer one is refused unread.
    static let maximumByteCount = 16_384

    /// The key that its header names. A key in the header itself (`jwk`, `x5c`) or behind an address there (`jku`,
    /// `x5u`) is never looked at: whoever wrote the token wrote those too.
    let keyName: KeyName
    private let payload: [UInt8]
    /// Header and payload with the point between them: what is signed.
    private let signedPart: ArraySlice<UInt8>
    private let signature: [UInt8]

    /// The token in `bytes`. `malformed`, `algorithm` or `unknownKey` are thrown; nothing is verified yet.
    init(_ bytes: ArraySlice<UInt8>) throws(AuthenticationFailure) {
        guard bytes.count <= Self.maximumByteCount else { throw .malformed }
        let point = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: point), let second = bytes[(first + 1)...].firstIndex(of: point) else {
            throw .malformed
        }
        let (header, payload, signature) = (bytes[..<first], bytes[(first + 1)..<second], bytes[(second + 1)...])
        keyName = try Self.keyName(inHeader: header)
        // A fourth segment is refused here: a point is not in the alphabet.
        guard let payload = Base64URL.decode(payload.span), let signature = Base64URL.decode(signature.span) else {
            throw .malformed
        }
        self.payload = payload
        self.signature = signature
        signedPart = bytes[..<second]
    }

    /// What the token says, once `key` has found its signature good.
    func verifiedPayload(with key: IdentityKey) throws(AuthenticationFailure) -> JSONObject {
        guard key.algorithm == keyName.algorithm, key.verifies(signature, of: signedPart) else { throw .signature }
        return try Self.object(payload)
    }

    /// RFC 7515 section 4.1: one of our two algorithms; a `kid`; `typ` absent or one of a JWT's; `crit` names
    /// extensions that must be understood, and none is.
    private static func keyName(inHeader segment: ArraySlice<UInt8>) throws(AuthenticationFailure) -> KeyName {
        guard let bytes = Base64URL.decode(segment.span) else { throw .malformed }
        let header = try object(bytes)
        guard let algorithm = IdentityAlgorithm(header["alg"]) else { throw .algorithm }
        guard header["crit"] == nil, isTokenType(header["typ"]) else { throw .malformed }
        guard let id = header["kid"] else { throw .unknownKey }
        guard let name = KeyName(id, algorithm) else { throw .malformed }
        return name
    }

    /// A media type in any case, without `application/` as a rule (RFC 7519 section 5.1, RFC 9068 section 2.1).
    private static func isTokenType(_ value: JSONValue?) -> Bool {
        guard let value else { return true }
        guard let type = value.stringValue?.lowercased() else { return false }
        return ["jwt", "at+jwt", "application/at+jwt"].contains(type)
    }

    private static func object(_ bytes: [UInt8]) throws(AuthenticationFailure) -> JSONObject {
        guard let value = try? JSONValue.parse(bytes), let object = value.objectValue else { throw .malformed }
        return object
    }
}
