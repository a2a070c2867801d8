import ProxyCore

/// Why an API key is not admitted.
struct KeyRefusal: Error, Equatable {
    /// The reason, with its status and its label.
    let rejection: CredentialRejection
    /// In how many seconds the key may be used again (`Retry-After`); nil when that is not a matter of time.
    let retryAfter: Int?

    /// A refusal for this reason.
    init(_ rejection: CredentialRejection, retryAfter: Int? = nil) {
        self.rejection = rejection
        self.retryAfter = retryAfter
    }
}
