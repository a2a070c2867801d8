/// Why a token is refused, and by which of its claims. The holder of the key is told both, a caller the reason only.
public struct TokenFault: Error, Equatable, Sendable {
    /// The reason.
    public let reason: CredentialRejection
    /// The name of the claim at fault, when it is one's; never its value.
    public let claim: String?

    /// A refusal for `reason`.
    init(_ reason: CredentialRejection, claim: String? = nil) {
        self.reason = reason
        self.claim = claim
    }
}
