public import ProxyCore

/// Why a CDP exchange failed. It repeats no text of Chrome's, since Chrome may quote what the client sent.
public enum CDPError: Error, Equatable, Sendable {
    /// The connection ended, or its deadline passed.
    case stream(WebSocketStreamError)
    /// Chrome answered the method with this JSON-RPC error code (-32602 for invalid parameters).
    case refused(method: String, code: Int)
    /// The command was not sent: it is longer than the longest message Chrome accepts.
    case tooLong(method: String)
    /// A message is not a CDP message, or an answer lacks a field that its method always has.
    case unexpectedAnswer(method: String)
}

extension CDPError: CustomStringConvertible {
    /// One clause for a log line.
    public var description: String {
        switch self {
        case .stream(.stream(.deadline)): "Chrome did not answer in time"
        case .stream(let error): "the connection to Chrome failed: \(error)"
        case .refused(let method, let code): "Chrome refused \(method) (\(code))"
        case .tooLong(let method): "the command \(method) is longer than Chrome accepts"
        case .unexpectedAnswer(let method): "Chrome's answer to \(method) was not understood"
        }
    }
}
