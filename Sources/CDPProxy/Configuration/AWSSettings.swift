import ProxyCore
import Settings

/// The standard variables of AWS' own tools that apply here.
enum AWSSettings {
    /// Where the secret `id` is and how it is asked for.
    ///
    /// The region is the ARN's own, since the secret is nowhere else; a bare name is looked for in `AWS_REGION`.
    static func location(
        ofSecret id: String,
        _ environment: Environment
    ) throws(ConfigurationError) -> SecretLocation {
        let configured = try environment.first(of: [region, defaultRegion])
        guard let region = SecretLocation.region(inARN: id) ?? configured else {
            throw .missing(Self.region.description, because: "the secret's name does not say its region")
        }
        let override = try environment.first(of: [secretsManagerEndpoint, endpoint])
        guard let endpoint = override ?? SecretLocation.endpoint(inRegion: region) else {
            throw .malformed(Self.region.description)
        }
        return SecretLocation(
            id: id,
            region: region,
            endpoint: endpoint,
            credentials: try credentialSource(environment),
            authorities: try environment.optional(authorities)
        )
    }

    /// The first place of the standard chain that is configured: environment, container, instance metadata.
    private static func credentialSource(_ environment: Environment) throws(ConfigurationError) -> AWSCredentialSource {
        if let id = try environment.optional(accessKeyID) {
            guard let key = try environment.optional(secretAccessKey) else {
                throw .missing(secretAccessKey.description, because: "\(accessKeyID.description.name) is")
            }
            let token = try environment.optional(sessionToken)
            return .fixed(
                AWSCredentials(accessKeyID: id, secretAccessKey: key, sessionToken: token, expiration: nil)
            )
        }
        if let container = try containerEndpoint(environment) { return .container(container) }
        let address = try environment.optional(metadataEndpoint) ?? AWSCredentialSource.instanceMetadataAddress
        let isDisabled = try environment.optional(metadataDisabled) ?? false
        guard let address, !isDisabled else {
            throw .missing(accessKeyID.description, because: "no other source of AWS credentials is configured")
        }
        return .instanceMetadata(address)
    }

    private static func containerEndpoint(
        _ environment: Environment
    ) throws(ConfigurationError) -> ContainerCredentialsEndpoint? {
        let relative = try environment.optional(containerRelativeURI)
        let full = try environment.optional(containerFullURI)
        guard relative != nil || full != nil else { return nil }
        let authorization = try containerAuthorization(environment)
        if let relative {
            guard let endpoint = ContainerCredentialsEndpoint(relative: relative, authorization: authorization) else {
                throw .malformed(containerRelativeURI.description)
            }
            return endpoint
        }
        guard let full, let endpoint = ContainerCredentialsEndpoint(full: full, authorization: authorization) else {
            throw .malformed(containerFullURI.description)
        }
        return endpoint
    }

    /// The file wins over the token, as in AWS' own chain.
    private static func containerAuthorization(
        _ environment: Environment
    ) throws(ConfigurationError) -> ContainerCredentialsEndpoint.Authorization {
        if let file = try environment.optional(containerTokenFile) { return .file(file) }
        if let token = try environment.optional(containerToken) { return .token(token) }
        return .none
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        region.description, defaultRegion.description, secretsManagerEndpoint.description, endpoint.description,
        authorities.description, accessKeyID.description, secretAccessKey.description, sessionToken.description,
        containerRelativeURI.description, containerFullURI.description, containerToken.description,
        containerTokenFile.description, metadataEndpoint.description, metadataDisabled.description,
    ]

    private static let region = regionVariable(
        "AWS_REGION",
        help: "The secret's region, when its name does not say it."
    )
    private static let defaultRegion = regionVariable("AWS_DEFAULT_REGION", help: "As AWS_REGION, which wins.")

    private static func regionVariable(_ name: String, help: String) -> Variable<String> {
        Variable(
            name,
            in: .secret,
            expected: "a region such as us-east-1",
            help: help,
            parse: { SecretLocation.isRegion($0) ? $0 : nil }
        )
    }

    private static let secretsManagerEndpoint = endpointVariable(
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        help: "Where Secrets Manager is, when not at the region's own address."
    )
    private static let endpoint = endpointVariable(
        "AWS_ENDPOINT_URL",
        help: "As AWS_ENDPOINT_URL_SECRETS_MANAGER, which wins."
    )
    private static let metadataEndpoint = endpointVariable(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        help: "Where the EC2 instance metadata service is, when not at its own address."
    )

    private static func endpointVariable(_ name: String, help: String) -> Variable<EndpointURL> {
        Variable(
            name,
            in: .secret,
            expected: "an http or https URL with a host, and a port if need be, such as http://127.0.0.1:5000",
            help: help,
            parse: { text in EndpointURL(text).flatMap { $0.path == "/" ? $0 : nil } }
        )
    }

    private static let accessKeyID = Variable(
        "AWS_ACCESS_KEY_ID",
        in: .secret,
        expected: "the name of an access key",
        help: "The access key's name; else a container's or the EC2 instance's credentials are used.",
        parse: { VariableParsing.visibleASCII($0) }
    )
    private static let secretAccessKey = secretVariable(
        "AWS_SECRET_ACCESS_KEY",
        expected: "an access key",
        help: "The access key."
    )
    private static let sessionToken = secretVariable(
        "AWS_SESSION_TOKEN",
        expected: "a session token",
        help: "Goes with a temporary access key."
    )
    private static let containerToken = secretVariable(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        expected: "a token",
        help: "What the container credentials endpoint is shown."
    )

    private static func secretVariable(_ name: String, expected: String, help: String) -> Variable<SecretBytes> {
        Variable(
            name,
            in: .secret,
            expected: "\(expected): printable ASCII characters",
            help: help,
            parse: { AWSCredentials.isHeaderValue($0) ? SecretBytes(utf8: $0) : nil }
        )
    }

    private static let containerTokenFile = Variable(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        in: .secret,
        expected: "an absolute path",
        help: "A file with that token, read again for each request; it wins.",
        parse: { $0.hasPrefix("/") ? VariableParsing.printable($0) : nil }
    )
    private static let containerRelativeURI = Variable(
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        in: .secret,
        expected: "a path that begins with a slash",
        help: "Where ECS hands out credentials, at 169.254.170.2.",
        parse: { $0.hasPrefix("/") ? VariableParsing.visibleASCII($0) : nil }
    )
    private static let containerFullURI = Variable(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        in: .secret,
        expected: "an https URL, or an http one of this machine or of 169.254.170.2, 169.254.170.23 or fd00:ec2::23",
        help: "Where an agent hands out credentials.",
        parse: { VariableParsing.visibleASCII($0) }
    )
    private static let metadataDisabled = Variable(
        "AWS_EC2_METADATA_DISABLED",
        in: .secret,
        expected: "true or false",
        help: "Whether the EC2 instance metadata service is left out.",
        parse: { VariableParsing.isOn($0) }
    )
    private static let authorities = Variable(
        "AWS_CA_BUNDLE",
        in: .secret,
        expected: "an absolute path",
        help: "A PEM file of the certificate authorities to trust, in place of the system's.",
        parse: { $0.hasPrefix("/") ? VariableParsing.printable($0) : nil }
    )
}
