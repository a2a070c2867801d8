import ProxyCore

/// Whose tokens are taken.
struct IdentityProviderSettings: Sendable {
    /// Where the provider's keys are (`CHUTES_IDP_JWKS_URL`).
    var jwksURL: EndpointURL
    /// The only `iss` (`CHUTES_IDP_ISSUER`).
    var issuer: String
    /// What `aud` must name (`CHUTES_IDP_AUDIENCE`).
    var audience: String
    /// How long fetched keys are kept, in seconds; at least 1.
    var timeToLive: Double = 600
    /// The longest a fetch may take; no longer than 8 seconds whatever is said here.
    var deadline: Duration = .seconds(5)
}
