import ProxyCore

/// A provider's token: a JWS in compact serialization (RFC 7515 section 7.1), strictly read. Only `verifiedPayload`
/// gives access to its payload.
struct IdentityToken: Sendable {
    /// The longest accepted token, in bytes. A longer one is refused unread.
    static let maximumByteCount = 16_384

    /// The key that its header names. A key inside the header (`jwk`, `x5c`) or at a URL there (`jku`, `x5u`) is
    /// ignored, because an attacker who writes the token writes those too.
    let keyName: KeyName
    private let payload: [UInt8]
    /// The signed bytes: header and payload with the point between them.
    private let signedPart: ArraySlice<UInt8>
    private let signature: [UInt8]

    /// Reads the token in `bytes` without verifying it. Throws `malformed`, `algorithm` or `unknownKey`.
    init(_ bytes: ArraySlice<UInt8>) throws(AuthenticationFailure) {
        guard bytes.count <= Self.maximumByteCount else { throw .malformed }
        let point = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: point), let second = bytes[(first + 1)...].firstIndex(of: point) else {
            throw .malformed
        }
        let (header, payload, signature) = (bytes[..<first], bytes[(first + 1)..<second], bytes[(second + 1)...])
        keyName = try Self.keyName(inHeader: header)
        // This also refuses a fourth segment: a point is not in the alphabet.
        guard let payload = Base64URL.decode(payload.span), let signature = Base64URL.decode(signature.span) else {
            throw .malformed
        }
        self.payload = payload
        self.signature = signature
        signedPart = bytes[..<second]
    }

    /// The payload, after `key` has verified the signature.
    func verifiedPayload(with key: IdentityKey) throws(AuthenticationFailure) -> JSONObject {
        guard key.algorithm == keyName.algorithm, key.verifies(signature, of: signedPart) else { throw .signature }
        return try Self.object(payload)
    }

    /// The key a header names (RFC 7515 section 4.1). The header must have one of the two algorithms, a `kid`, a `typ`
    /// that is absent or a JWT's, and no `crit`: it names extensions that must be understood, and this service knows
    /// none.
    private static func keyName(inHeader segment: ArraySlice<UInt8>) throws(AuthenticationFailure) -> KeyName {
        guard let bytes = Base64URL.decode(segment.span) else { throw .malformed }
        let header = try object(bytes)
        guard let algorithm = IdentityAlgorithm(header["alg"]) else { throw .algorithm }
        guard header["crit"] == nil, isTokenType(header["typ"]) else { throw .malformed }
        guard let id = header["kid"] else { throw .unknownKey }
        guard let name = KeyName(id, algorithm) else { throw .malformed }
        return name
    }

    /// A media type in any case, usually without `application/` (RFC 7519 section 5.1, RFC 9068 section 2.1).
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
