/// Everything that can be said of a signingKey from the token, the keys and the time alone.
public enum TokenVerifier {
    /// The claims of a good token, or why it is refused. With a `sessionID`, only a token for that session is good.
    ///
    /// `now` is in seconds since 1970.
    public static func claims(
        of token: some Sequence<UInt8>,
        keys: SigningKeys?,
        sessionID: String? = nil,
        now: Double
    ) throws(TokenRefusal) -> TokenClaims {
        try verify(Array(token)[...], keys: keys, sessionID: sessionID, now: now).claims
    }

    /// The claims of a good token as they came, those this program does not know included.
    public static func json(
        of token: some Sequence<UInt8>,
        keys: SigningKeys?,
        sessionID: String? = nil,
        now: Double
    ) throws(TokenRefusal) -> JSONValue {
        .object(try verify(Array(token)[...], keys: keys, sessionID: sessionID, now: now).object)
    }

    /// The claims, also as they came: as JSON, and as text.
    static func verify(
        _ token: ArraySlice<UInt8>,
        keys: SigningKeys?,
        sessionID: String?,
        now: Double
    ) throws(TokenRefusal) -> (claims: TokenClaims, object: JSONObject, payload: [UInt8]) {
        let (object, payload) = try verifiedObject(token, keys: keys)
        let claims = try TokenClaims(object)
        try claims.checkTime(now)
        if let sessionID, !claims.sessionID.hasSameBytes(as: sessionID) {
            throw TokenRefusal(.sessionMismatch, claim: "sessionId")
        }
        return (claims, object, payload)
    }

    private static func verifiedObject(
        _ token: ArraySlice<UInt8>,
        keys: SigningKeys?
    ) throws(TokenRefusal) -> (JSONObject, payload: [UInt8]) {
        do throws(Rejection) {
            let signed = try SignedToken(token)
            return (try signed.verifiedClaims(keys: keys), signed.payload)
        } catch {
            throw TokenRefusal(error)
        }
    }
}
