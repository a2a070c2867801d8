/// The endpoint at which a container's agent hands out credentials, and what it wants to see for them.
public struct ContainerCredentialsEndpoint: Sendable {
    /// What the endpoint is told in `Authorization`.
    public enum Authorization: Sendable {
        /// Nothing.
        case none
        /// A token that does not change.
        case token(SecretBytes)
        /// The content of a file, read again for each request, since the agent replaces it.
        case file(String)
    }

    /// Where to ask.
    public let url: EndpointURL
    /// What to say.
    public let authorization: Authorization

    /// The endpoint for `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`; nil unless it is a path.
    public init?(relative path: String, authorization: Authorization) {
        guard path.hasPrefix("/"), let url = EndpointURL("http://169.254.170.2\(path)") else { return nil }
        self.url = url
        self.authorization = authorization
    }

    /// The endpoint for `AWS_CONTAINER_CREDENTIALS_FULL_URI`; nil unless it is `https`, this machine, or one of the
    /// link-local addresses at which ECS (169.254.170.2) and EKS (169.254.170.23, fd00:ec2::23) answer. With any
    /// other host, an attacker who sets the variable would get the authorization token sent there in the clear.
    public init?(full text: String, authorization: Authorization) {
        guard let url = EndpointURL(text), url.isSecure || url.isLoopback || Self.agents.contains(url.host) else {
            return nil
        }
        self.url = url
        self.authorization = authorization
    }

    private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
}
