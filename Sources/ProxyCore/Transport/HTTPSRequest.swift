/// A request this program makes of a service on the network, `https` as a rule.
public struct HTTPSRequest: Sendable {
    /// What a request to AWS is signed with, and for.
    public struct Signature: Sendable {
        /// The key.
        public let credentials: AWSCredentials
        /// The service's signing name, such as `secretsmanager`.
        public let service: String
        /// The region's name.
        public let region: String

        /// A signature by these credentials.
        public init(credentials: AWSCredentials, service: String, region: String) {
            self.credentials = credentials
            self.service = service
            self.region = region
        }
    }

    /// `GET`, `PUT` or `POST`.
    public var method: String
    /// Where to.
    public var url: EndpointURL
    /// Fields besides those that follow from the rest, without line breaks.
    public var fields: [(name: String, value: String)] = []
    /// The body; nil for none.
    public var body: [UInt8]?
    /// How it is signed; nil for not at all. The session token's field is added by itself.
    public var signature: Signature?
    /// The longest all of it may take.
    public var deadline: Duration = .seconds(5)
    /// The longest body that is taken, in bytes.
    public var bodyLimit = 256 * 1024
    /// Whether `https_proxy` and the other proxy variables count. Never for credentials of this machine's own, which are for no proxy.
    public var usesProxy = true
    /// A PEM file of certificate authorities to trust in place of the system's.
    public var authorities: String?

    /// A request without a body.
    public init(_ method: String = "GET", _ url: EndpointURL) {
        self.method = method
        self.url = url
    }
}

/// What came back: any status at all, redirects included, which are not followed.
public struct HTTPSResponse: Sendable, Equatable {
    /// The status code.
    public let status: Int
    /// The whole body.
    public let body: [UInt8]
    /// The server's clock, from `Date`; nil without one.
    public var date: Timestamp?
}

/// Why nothing came back.
public enum HTTPSFailure: Error, Hashable, Sendable {
    /// The host has no address that we know.
    case unresolved
    /// No server answers there.
    case unconnected
    /// The deadline passed.
    case deadline
    /// The server's certificate is not trusted, or TLS failed otherwise.
    case untrusted
    /// The answer was longer than the limit.
    case tooLong
    /// The answer was not HTTP, or broke off.
    case malformed
    /// The client was closed.
    case closed
    /// libcurl is not installed on this machine.
    case noLibrary
    /// libcurl's own number for anything else.
    case other(Int32)

    /// A few words for the log.
    public var detail: String {
        switch self {
        case .unresolved: "the host is not known"
        case .unconnected: "no connection"
        case .deadline: "no answer in time"
        case .untrusted: "TLS failed"
        case .tooLong: "an answer that is too long"
        case .malformed: "an answer that is not HTTP"
        case .closed: "closed"
        case .noLibrary: "libcurl is not installed"
        case .other(let code): "libcurl's error \(code)"
        }
    }
}
