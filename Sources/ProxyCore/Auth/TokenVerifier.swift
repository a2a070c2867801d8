/// Everything that can be said of a signingKey from the token, the keys and the time alone.
public enum TokenVerifier {
    /// The claims of a good token, or why it is refused. With a `sessionID`, only a token for that session is good.
    public static func claims(
        of token: some Sequence<UInt8>,
        keys: SigningKeys?,
        sessionID: String? = nil,
        now: Double
    ) throws(Rejection) -> TokenClaims {
        try verify(Array(token)[...], keys: keys, sessionID: sessionID, now: now).claims
    }

    /// The same, with the token.
    static func verify(
        _ token: ArraySlice<UInt8>,
        keys: SigningKeys?,
        sessionID: String?,
        now: Double
    ) throws(Rejection) -> (claims: TokenClaims, token: SignedToken) {
        let signed = try SignedToken(token)
        let claims = try TokenClaims(try signed.verifiedClaims(keys: keys))
        try claims.checkTime(now)
        if let sessionID, !claims.sessionID.hasSameBytes(as: sessionID) { throw .sessionMismatch }
        return (claims, signed)
    }
}
