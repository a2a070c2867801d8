/// Why the signing key could not be fetched.
///
/// Cases hold words of this program and error codes of AWS, which name a kind of failure; never a value, a URL with a
/// query, or a message of a peer.
public enum SecretFailure: Error, Equatable, Sendable {
    /// No answer, or one that says to come again later. A key that is at hand goes on serving.
    case unreachable(String)
    /// No credentials could be had to ask with. A key that is at hand goes on serving.
    case noCredentials(String)
    /// The service does not take the signature: the credentials or a clock are wrong, and nothing is said of the secret.
    /// A key that is at hand goes on serving.
    case unauthenticated(UnauthenticatedRequest)
    /// The service knows us and says no. No key serves any longer.
    case denied(String)
    /// There is no such secret, or it is about to be deleted. No key serves any longer.
    case gone(String)
    /// There is a secret, but no signing key in it. No key serves any longer.
    case unusable(UnusableSecret)

    /// Whether the last key may go on serving.
    public var lastKeyMayServe: Bool {
        switch self {
        case .unreachable, .noCredentials, .unauthenticated: true
        case .denied, .gone, .unusable: false
        }
    }

    /// A word for logs and for the label `result` of the metric.
    public var label: String {
        switch self {
        case .unreachable: "unreachable"
        case .noCredentials: "no_credentials"
        case .unauthenticated: "unauthenticated"
        case .denied: "denied"
        case .gone: "gone"
        case .unusable: "unusable"
        }
    }

    /// A few words more, for the log.
    public var detail: String {
        switch self {
        case .unreachable(let detail), .noCredentials(let detail), .denied(let detail), .gone(let detail): detail
        case .unauthenticated(let request): request.detail
        case .unusable(let reason): reason.rawValue
        }
    }
}

/// Why a secret holds no signing key.
public enum UnusableSecret: String, Error, Sendable {
    /// It has no `SecretString` (it may be a binary secret).
    case noText = "no SecretString"
    /// It looks like JSON and is none, or names a member twice.
    case malformedJSON = "malformed JSON"
    /// It is in quotation marks that are none of JSON's.
    case quoted = "text in quotation marks"
    /// It begins with a byte order mark that is none.
    case marked = "a byte order mark that is damaged or not the first"
    /// It is JSON without a string called `signingKey`.
    case noSigningKey = "JSON without a signingKey"
    /// It is JSON for an algorithm that is not HS256.
    case otherAlgorithm = "an algorithm other than HS256"
    /// The key has fewer than 32 bytes.
    case tooShort = "a key shorter than 32 bytes"
}
