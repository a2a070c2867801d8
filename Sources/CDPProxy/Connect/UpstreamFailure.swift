import ProxyCore

/// Why the proxy that `connect` leads to could not be asked.
enum UpstreamFailure: Error, Sendable, Equatable {
    /// Its name has no address.
    case unknownHost
    /// No address of it could be connected to, or the connection broke.
    case unreachable(String)
    /// It did not answer in time.
    case timedOut
    /// TLS could not be established, its certificate refused among the reasons: OpenSSL's words.
    case tls(String)
    /// Its answer is none of such a proxy.
    case malformedAnswer
    /// Its answer has a status that such a proxy does not send.
    case status(UInt16)
    /// Its answer is longer than such an answer may be.
    case tooLong

    /// What the log and the tool are told, as the end of a sentence.
    var reason: String {
        switch self {
        case .unknownHost: "its name cannot be looked up"
        case .unreachable(let words): words
        case .timedOut: "it did not answer in time"
        case .tls(let words): "TLS: \(words)"
        case .malformedAnswer: "its answer is none of a cdp-proxy"
        case .status(let status): "it answered with status \(status)"
        case .tooLong: "its answer is longer than is taken"
        }
    }
}

extension UpstreamFailure {
    /// The failure of a stream, over TLS with what broke it.
    init(_ error: StreamError, _ fault: TLSFault?) {
        if case .alert(let words) = fault {
            self = .tls(Self.isPlain(words) ? "it does not speak TLS" : words)
            return
        }
        switch error {
        case .deadline: self = .timedOut
        case .closed, .ended: self = .unreachable("the connection broke")
        case .system(let code): self = .unreachable(code.description)
        }
    }

    /// What OpenSSL says of the first bytes of a server that speaks without TLS.
    private static func isPlain(_ words: String) -> Bool { words == "wrong version number" }
}
