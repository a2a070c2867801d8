import ProxyCore
import Settings

/// Where the signing key comes from.
enum SigningKeyOrigin: Sendable {
    /// It stands in the environment: for development.
    case fixed(SigningKey)
    /// It is kept in AWS Secrets Manager.
    case secretsManager(SecretLocation)
}

/// Where the signing key comes from, and how long it is kept.
struct SecretSettings: Sendable {
    /// Where it comes from.
    let origin: SigningKeyOrigin
    /// How long a fetched key is kept.
    let timeToLive: Duration
    /// How long the key before it is accepted.
    let overlap: Duration

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        timeToLive = try environment.value(Self.timeToLiveVariable)
        overlap = try environment.value(Self.overlapVariable)
        if let key = try environment.optional(Self.keyVariable) {
            origin = .fixed(key)
        } else if let id = try environment.optional(Self.secretIDVariable) {
            origin = .secretsManager(try AWSSettings.location(ofSecret: id, environment))
        } else {
            throw .missing(
                Self.keyVariable.description,
                because: "\(Self.secretIDVariable.description.name) is not either"
            )
        }
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        keyVariable.description, secretIDVariable.description, timeToLiveVariable.description,
        overlapVariable.description,
    ]

    private static let keyVariable = Variable(
        "WALLCRAWLER_JWT_SIGNING_KEY",
        in: .secret,
        expected: "the HS256 signing key, 32 bytes at least",
        help: "The signing key itself, for development; it wins over the secret.",
        parse: { SigningKey($0.utf8) }
    )
    private static let secretIDVariable = Variable(
        "WALLCRAWLER_JWT_SIGNING_SECRET_ARN",
        in: .secret,
        expected: "the ARN (or name) of a secret",
        help: "The secret in AWS Secrets Manager that holds the signing key.",
        parse: { $0.utf8.count <= 2048 ? VariableParsing.visibleASCII($0) : nil }
    )
    private static let timeToLiveVariable = Variable(
        "CDP_PROXY_SECRET_TTL",
        in: .secret,
        standard: "5m",
        expected: "a duration from 1s to 24h, such as 5m",
        help: "How long a fetched signing key is kept; it is fetched anew before.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(86_400)) }
    )
    private static let overlapVariable = Variable(
        "CDP_PROXY_SECRET_OVERLAP",
        in: .secret,
        standard: "1h",
        expected: "a duration from 0s (not at all) to 720h, such as 1h",
        help: "How long after a rotation the key before it is accepted.",
        parse: { VariableParsing.duration($0, in: .zero ... .seconds(720 * 3600)) }
    )
}
