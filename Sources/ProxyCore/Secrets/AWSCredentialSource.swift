/// Where AWS credentials come from: the first of the standard chain's places that is configured.
public enum AWSCredentialSource: Sendable {
    /// They stand in the environment.
    case fixed(AWSCredentials)
    /// An ECS or EKS agent hands them out.
    case container(ContainerCredentialsEndpoint)
    /// The EC2 instance metadata service, version 2, hands them out.
    case instanceMetadata(EndpointURL)

    /// Where the instance metadata service listens on every EC2 instance.
    public static let instanceMetadataAddress = EndpointURL("http://169.254.169.254/")
}
