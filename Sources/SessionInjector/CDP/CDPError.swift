public import ProxyCore

/// Why a CDP exchange failed. Nothing Chrome said is repeated: its texts may quote what was sent to it.
public enum CDPError: Error, Equatable, Sendable {
    /// The connection ended, or its deadline passed.
    case stream(WebSocketStreamError)
    /// Chrome answered the method with an error of this code (JSON-RPC's, -32602 for bad parameters).
    case refused(method: String, code: Int)
    /// The command would be a longer message than Chrome takes, and was not sent.
    case tooLong(method: String)
    /// What came is no CDP message, or an answer lacks what its method promises.
    case unexpectedAnswer(method: String)
}

extension CDPError: CustomStringConvertible {
    /// One clause for a log line.
    public var description: String {
        switch self {
        case .stream(.stream(.deadline)): "Chrome did not answer in time"
        case .stream(let error): "the connection to Chrome failed: \(error)"
        case .refused(let method, let code): "Chrome refused \(method) (\(code))"
        case .tooLong(let method): "a \(method) is longer than a message to Chrome may be"
        case .unexpectedAnswer(let method): "Chrome's answer to \(method) makes no sense"
        }
    }
}
