/// When a token is good: from `nbf` and `iat` to `exp` (RFC 7519 section 4.1).
struct TokenPeriod: Sendable {
    /// `exp`.
    let expiresAt: Timestamp
    /// `nbf`.
    let notBefore: Timestamp?
    /// `iat`.
    let issuedAt: Timestamp?

    /// How far an issuer's clock may be ahead of ours: the leeway of `nbf` and `iat`. `exp` has none.
    static let leeway: Duration = .seconds(30)

    /// The three of a claims set, of which `exp` is required.
    init(_ claims: ClaimReader) throws(TokenFault) {
        expiresAt = try claims.required("exp", try claims.date("exp"))
        notBefore = try claims.date("nbf")
        issuedAt = try claims.date("iat")
    }

    /// These times.
    init(expiresAt: Timestamp, notBefore: Timestamp?, issuedAt: Timestamp?) {
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.issuedAt = issuedAt
    }

    /// Refuses a token whose time is over (RFC 7519 section 4.1.4: at `exp` it is) or still to come.
    func check(_ now: Timestamp) throws(TokenFault) {
        guard now < expiresAt else { throw TokenFault(.expired, claim: "exp") }
        let latest = now + Self.leeway
        guard notBefore ?? now <= latest else { throw TokenFault(.notYetValid, claim: "nbf") }
        guard issuedAt ?? now <= latest else { throw TokenFault(.notYetValid, claim: "iat") }
    }
}
