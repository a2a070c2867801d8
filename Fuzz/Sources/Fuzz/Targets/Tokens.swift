@testable import ProxyCore

extension FuzzTarget {
    /// signingKeys. An input is tried as a whole token, as the claims of a token that is well signed, and as its header.
    static let tokens = FuzzTarget(name: "tokens", longest: 2048) { bytes throws(Violation) in
        guard let key else { return }
        let keys = SigningKeys(current: key)
        try checkToken(bytes, keys)
        try checkEncoding(bytes)
        try checkToken(Array(key.token(header: header, payload: bytes).utf8), keys)
        try checkToken(Array(key.token(header: bytes, payload: #"{"iss":"wallcrawler"}"#.utf8).utf8), keys)
        try checkClaims(bytes, keys)
    }

    private static let key = SigningKey("a signing key of tests, 32 bytes or more".utf8)
    private static let otherKey = SigningKey("another signing key, which is not accepted".utf8)
    private static let header = Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    /// Only what the key would sign is good, and what is not good costs little.
    private static func checkToken(_ token: [UInt8], _ keys: SigningKeys) throws(Violation) {
        var work = TokenWork()
        let contents: SignedToken.Contents
        do throws(CredentialRejection) {
            contents = try SignedToken(token[...]).contents(keys: keys, &work)
        } catch {
            try expect(work.hashed <= token.count, "a token is hashed once")
            try expect(work.decoded <= 2 * token.count, "a token is decoded once, and its signature twice")
            guard error == .signature else { return }
            try expect(
                work.parsed <= SignedToken.longestHeader,
                "nothing but a short header is parsed without a signature"
            )
            return
        }
        // The header need not be written as we write ours: take it as it came.
        let header = token.prefix { $0 != UInt8(ascii: ".") }
        guard let written = Base64URL.decode(header.span) else {
            throw Violation(property: "a good token has a header")
        }
        let again = keys.current.token(header: written, payload: contents.payload)
        try expect(Array(again.utf8), equals: token, "a good token is what its key makes of what it says")
        try expect(work.hashed <= token.count, "a token is hashed once")
        try expect(work.parsed <= token.count, "a token is parsed once")
        try checkWithoutKey(token)
    }

    private static func checkWithoutKey(_ token: [UInt8]) throws(Violation) {
        guard let other = otherKey else { return }
        do throws(TokenFault) {
            _ = try TokenVerifier.claims(of: token, keys: SigningKeys(current: other), now: now)
        } catch {
            try expect(error.reason, equals: .signature, "a good token of another key has a bad signature")
            return
        }
        throw Violation(property: "no token is good by two keys")
    }

    private static func checkEncoding(_ bytes: [UInt8]) throws(Violation) {
        let encoded = Array(Base64URL.encode(bytes).utf8)
        try expect(Base64URL.decode(encoded.span), equals: bytes, "what is encoded decodes to the same")
        guard let decoded = Base64URL.decode(bytes.span) else { return }
        try expect(Array(Base64URL.encode(decoded).utf8), equals: bytes, "every byte string has one encoding")
    }

    /// Claims that are accepted say the same once they were written and signed again.
    private static func checkClaims(_ payload: [UInt8], _ keys: SigningKeys) throws(Violation) {
        let token = keys.current.token(header: header, payload: payload)
        guard let verified = try? TokenVerifier.verify(Array(token.utf8)[...], keys, role: nil),
            case .session(let box) = verified.claims
        else { return }
        let claims = box.value
        let again = claims.signed(with: keys.current)
        guard case .session(let read)? = try? TokenVerifier.verify(Array(again.utf8)[...], keys, role: nil).claims
        else {
            throw Violation(property: "claims that were accepted are accepted as written back")
        }
        try expect(read.value.json, equals: claims.json, "claims written back say the same")
        try expect(!claims.sessionID.isEmpty && !claims.projectID.isEmpty, "no session and no project is empty")
        try expect(claims.browserSession == nil || claims.userID != nil, "a stored session is a user's")
        let isInTime = (try? TokenVerifier.check(verified, sessionID: claims.sessionID, now: now)) != nil
        try expect(!isInTime || now < claims.expiresAt, "no token is good once it has expired")
        let other = (try? TokenVerifier.check(verified, sessionID: claims.sessionID + "x", now: now)) != nil
        try expect(!other, "no token is good for another session")
    }
}
