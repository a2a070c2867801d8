import ProxyCore

/// The identity provider whose tokens the service accepts.
struct IdentityProviderSettings: Sendable {
    /// The URL of the provider's keys (`CHUTES_IDP_JWKS_URL`).
    var jwksURL: EndpointURL
    /// The required `iss` (`CHUTES_IDP_ISSUER`).
    var issuer: String
    /// The audience that `aud` must name (`CHUTES_IDP_AUDIENCE`).
    var audience: String
    /// How long fetched keys are kept, in seconds; at least 1.
    var timeToLive: Double = 600
    /// The longest a fetch may take; ``KeySetFetcher/longestDeadline`` bounds it.
    var deadline: Duration = .seconds(5)
}
