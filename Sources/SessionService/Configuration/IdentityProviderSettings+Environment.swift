import ProxyCore
import Settings

extension IdentityProviderSettings {
    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        self.init(
            jwksURL: try environment.value(Self.jwksVariable),
            issuer: try environment.value(Self.issuerVariable),
            audience: try environment.value(Self.audienceVariable),
            timeToLive: try environment.value(Self.timeToLiveVariable) / .seconds(1)
        )
    }

    /// The variables in the order of the help.
    static let variables = [
        jwksVariable.description, issuerVariable.description, audienceVariable.description,
        timeToLiveVariable.description,
    ]

    private static let jwksVariable = Variable(
        "CHUTES_IDP_JWKS_URL",
        in: .identityProvider,
        standard: "https://idp.chutes.ai/.well-known/jwks.json",
        expected: "an http or https URL without a user name or a query's secrets",
        help: "The URL of the identity provider's public keys (a JWKS).",
        parse: { EndpointURL($0) }
    )
    private static let issuerVariable = Variable(
        "CHUTES_IDP_ISSUER",
        in: .identityProvider,
        standard: "https://idp.chutes.ai",
        expected: "text without control characters",
        help: "The required iss of a token.",
        parse: { VariableParsing.printable($0) }
    )
    private static let audienceVariable = Variable(
        "CHUTES_IDP_AUDIENCE",
        in: .identityProvider,
        standard: "janus",
        expected: "text without control characters",
        help: "The audience that a token's aud must name.",
        parse: { VariableParsing.printable($0) }
    )
    private static let timeToLiveVariable = Variable(
        "SESSION_JWKS_TTL",
        in: .identityProvider,
        standard: "10m",
        expected: "a duration such as 10m, from 1s to 24h",
        help: "How long fetched keys are used before they are fetched again.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(86_400)) }
    )
}
