import ProxyCore

/// Why a request is not served. A case names a fact; one switch makes the client's answer of it, another the log's reason.
enum RequestRefusal: Error, Sendable {
    /// The head is malformed or too large.
    case head(HTTPRefusal)
    /// The head did not come whole in time; false when not one byte of it came.
    case headIncomplete(begun: Bool)
    /// The TLS handshake did not come whole in time.
    case tlsIncomplete
    /// The connection broke before the request was whole, over TLS.
    case tls(TLSFault)
    /// The client went away before it had asked for anything.
    case clientGone
    /// The credential is missing or refused.
    case credential(CredentialRejection)
    /// The API key was used as often within this hour as it may be.
    case keyOverRate(retryAfter: Int)
    /// The caller's roles give none of these permissions, of which the request needs one.
    case permission(PermissionSet)
    /// The credential is missing or refused, and so were many of the same address before it.
    case tooManyRefusals(CredentialRejection, retryAfter: Int)
    /// The handshake comes from a web page whose origin is not listed.
    case origin(UnlistedOrigin)
    /// It asks for a WebSocket in a way that RFC 6455 does not allow.
    case handshake(UpgradeRefusal)
    /// The path is served, but not for this method.
    case method(allowed: String)
    /// There is nothing at the path.
    case notFound
    /// The proxy shuts down.
    case draining
    /// There are as many connections as a limit allows.
    case connectionLimit(ConnectionLimit)
    /// Chrome failed.
    case chrome(ChromeFailure)
    /// The stored session that belongs to the connection cannot be put into Chrome.
    case session(SessionRefusal)
    /// The download cannot be handed out.
    case download(DownloadRefusal)
}

extension RequestRefusal {
    /// The answer; nil when no client is left to read one.
    func response(to request: RequestID) -> HTTPResponse? {
        var response = answer?.response(to: request)
        if case .handshake(let refusal) = self { response?.setFields(for: refusal) }
        return response
    }

    private var answer: RefusalAnswer? {
        switch self {
        case .headIncomplete(begun: false), .clientGone, .tls, .tlsIncomplete: nil
        case .head(let refusal):
            RefusalAnswer(refusal.status, "bad_request", refusal.rawValue, field: Self.allowed(after: refusal))
        case .headIncomplete(begun: true):
            RefusalAnswer(.requestTimeout, "request_timeout", "the request's head did not come whole in time")
        case .credential(let rejection): rejection.answer
        case .permission(let needed): RefusalAnswer(.forbidden, CredentialRejection.role.error, needed.advice)
        case .tooManyRefusals(_, let seconds), .keyOverRate(let seconds):
            RefusalAnswer(.tooManyRequests, reason, field: ("Retry-After", String(seconds)))
        case .origin(let origin): RefusalAnswer(.forbidden, CredentialRejection.origin.error, origin.advice)
        case .handshake(let refusal): RefusalAnswer(refusal.status, refusal.rawValue)
        case .method(let allowed): RefusalAnswer(.methodNotAllowed, "method_not_allowed", field: ("Allow", allowed))
        case .notFound: RefusalAnswer(.notFound, "not_found")
        case .draining: RefusalAnswer(.serviceUnavailable, "unavailable", reason, field: ("Retry-After", "5"))
        case .connectionLimit(let limit):
            RefusalAnswer(.serviceUnavailable, "unavailable", limit.advice, field: ("Retry-After", "5"))
        case .chrome(.noSuchEndpoint): RefusalAnswer(.notFound, "not_found", Self.staleEndpoint)
        case .chrome(.tooLong):
            RefusalAnswer(.badGateway, "bad_gateway", "Chrome's answer is longer than the proxy takes")
        case .chrome(.timedOut): RefusalAnswer(.badGateway, "bad_gateway", "Chrome did not answer in time")
        case .chrome: RefusalAnswer(.badGateway, "bad_gateway", "Chrome cannot be reached")
        case .session(let refusal): RefusalAnswer(refusal.status, refusal.reason, refusal.advice)
        case .download(let refusal): refusal.answer
        }
    }

    /// RFC 9110 section 15.5.6: every 405 says what is allowed.
    private static func allowed(after refusal: HTTPRefusal) -> (name: StaticString, value: String)? {
        refusal.status == .methodNotAllowed ? ("Allow", "GET, HEAD, POST, PUT") : nil
    }

    private static let staleEndpoint =
        "Chrome has no such endpoint: the page was closed, or Chrome was restarted; connect to / or ask /json/version anew"

    /// The label that tells this refusal from the others in the log.
    var reason: String {
        switch self {
        case .head(let refusal): refusal.rawValue
        case .headIncomplete: "head_incomplete"
        case .clientGone: "client_gone"
        case .tls(.plainHTTP): "plain_http"
        case .tls(.alert): "tls_handshake"
        case .tlsIncomplete: "tls_incomplete"
        case .credential(let rejection): rejection.rawValue
        case .permission: CredentialRejection.role.rawValue
        case .tooManyRefusals, .keyOverRate: CredentialRejection.rateLimited.rawValue
        case .origin: CredentialRejection.origin.rawValue
        case .handshake(let refusal): refusal.rawValue
        case .method: "method"
        case .notFound: "not_found"
        case .draining: "draining"
        case .connectionLimit: "connection_limit"
        case .chrome(.tooLong): "chrome_answer_too_long"
        case .chrome(.noSuchEndpoint): "no_such_endpoint"
        case .chrome: "chrome_unreachable"
        case .session(let refusal): refusal.reason
        case .download(let refusal): refusal.rawValue
        }
    }

    /// The reasons of refusals behind a good credential: the labels of their counter.
    static let reasonsBehindCredential =
        [
            "session_missing", "session_expired", "session_unreadable", "session_store_unavailable", "conflict",
            "browser_used", "injection_failed", "state_unavailable", "chrome_unreachable", "chrome_answer_too_long",
            "no_such_endpoint", "draining", "connection_limit", "role",
        ] + DownloadRefusal.allCases.map(\.rawValue)

    /// What the log says beyond the reason, for the operator who has to mend it.
    var cause: String? {
        switch self {
        case .tls(.alert(let reason)): reason
        case .tooManyRefusals(let rejection, _): rejection.rawValue
        case .connectionLimit(let limit): limit.rawValue
        case .chrome(.unreachable): "nothing listens there, or the connection broke"
        case .chrome(.timedOut): "no answer in time"
        case .chrome(.malformedAnswer): "an answer that makes no sense"
        case .session(.unreadable(let cause)): cause.rawValue
        case .permission(let needed): needed.names
        default: nil
        }
    }
}

extension PermissionSet {
    /// The names of the permissions.
    fileprivate var names: String { permissions.map(\.rawValue).joined(separator: ", ") }

    /// What a caller that has none of them is told.
    fileprivate var advice: String {
        permissions.count == 1 ? "this needs the permission \(names)" : "this needs one of the permissions \(names)"
    }
}

extension CredentialRejection {
    /// The answer to a refused credential: it says why only to a caller who proved to know the secret.
    fileprivate var answer: RefusalAnswer {
        RefusalAnswer(status, error, errorDescription, field: field)
    }

    private var field: (name: StaticString, value: String)? {
        switch status {
        case .tooManyRequests, .serviceUnavailable: ("Retry-After", "5")
        default: challenge.map { ("WWW-Authenticate", $0) }
        }
    }
}
