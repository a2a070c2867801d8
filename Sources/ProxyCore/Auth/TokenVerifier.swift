/// Everything that can be said of a signingKey from the token, the keys and the time alone.
public enum TokenVerifier {
    /// The claims of a good token, or why it is refused. With a `sessionID`, only a token for that session is good.
    public static func claims(
        of token: some Sequence<UInt8>,
        keys: SigningKeys?,
        sessionID: String? = nil,
        now: Timestamp
    ) throws(TokenFault) -> TokenClaims {
        let verified = try verify(Array(token)[...], keys: keys)
        try check(verified.claims, sessionID: sessionID, now: now)
        return verified.claims
    }

    /// The claims of a good token as they came, those this program does not know included.
    public static func json(
        of token: some Sequence<UInt8>,
        keys: SigningKeys?,
        sessionID: String? = nil,
        now: Timestamp
    ) throws(TokenFault) -> JSONValue {
        let verified = try verify(Array(token)[...], keys: keys)
        try check(verified.claims, sessionID: sessionID, now: now)
        return .object(verified.object)
    }

    /// What the token says, once its signature has been found good: what follows from its bytes and the keys alone.
    static func verify(_ token: ArraySlice<UInt8>, keys: SigningKeys?) throws(TokenFault) -> VerifiedToken {
        let contents: SignedToken.Contents
        do throws(CredentialRejection) {
            var work = TokenWork()
            contents = try SignedToken(token).contents(keys: keys, &work)
        } catch {
            throw TokenFault(error)
        }
        return VerifiedToken(claims: try TokenClaims(contents.claims), contents)
    }

    /// Whether the token may be used now, and here.
    static func check(_ claims: TokenClaims, sessionID: String?, now: Timestamp) throws(TokenFault) {
        try claims.checkTime(now)
        if let sessionID, !claims.sessionID.hasSameBytes(as: sessionID) {
            throw TokenFault(.sessionMismatch, claim: "sessionId")
        }
    }
}

/// A token whose signature is good. Clients come again with it, and share it.
final class VerifiedToken: Sendable, Redacted {
    /// The claims, each of its type.
    let claims: TokenClaims
    /// The claims as they came, those this program does not know included.
    let object: JSONObject
    /// The claims as they came, as text: one token, one text.
    let payload: [UInt8]
    /// The key that signed it.
    let signer: SigningKey

    /// What a token was found to say.
    init(claims: TokenClaims, _ contents: SignedToken.Contents) {
        self.claims = claims
        object = contents.claims
        payload = contents.payload
        signer = contents.signer
    }
}
