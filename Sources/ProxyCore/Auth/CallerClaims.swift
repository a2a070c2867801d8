/// The claims of a token of either shape. Each stands in a box of its own: to look which shape a token has copies no claim.
enum CallerClaims: Sendable {
    /// A signingKey's.
    case session(Box<TokenClaims>)
    /// A role token's.
    case role(Box<RoleClaims>)

    /// A value that is shared.
    final class Box<Value: Sendable>: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }
}
