/// The claims of a token of either shape.
enum CallerClaims: Sendable {
    /// A signingKey's.
    case session(TokenClaims)
    /// A role token's.
    case role(RoleClaims)

    /// When the token is good.
    var period: TokenPeriod {
        switch self {
        case .session(let claims): claims.period
        case .role(let claims): claims.period
        }
    }
}
