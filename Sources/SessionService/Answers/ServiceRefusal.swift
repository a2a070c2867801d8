import Hummingbird
import ProxyCore

/// Why a request is refused. Each case has one status and one `detail`, worded as in the Python service.
enum ServiceRefusal: Error {
    /// 401 or 503: the authentication did not establish the user.
    case unauthenticated(AuthenticationFailure)
    /// 401: the role token is refused.
    case invalidRoleToken(AuthenticationFailure)
    /// 403: the caller lacks this permission.
    case forbidden(Permission)
    /// 403: the caller names another user, and may not.
    case anotherUser
    /// 403: the caller stands for no user, and may name none.
    case noUser
    /// 403: the credential carries roles, which are not honoured here.
    case rolesOff
    /// 422: the caller stands for no user, and names none.
    case userRequired
    /// 422: `?user_id=` cannot be a user's id, or there are two.
    case invalidUser
    /// 429: the user sent too many requests; the seconds until the next one is allowed.
    case rateLimited(seconds: Int)
    /// 422: these fields are wrong.
    case invalid([FieldProblem])
    /// 413: the body, or the state in it, is larger than this many bytes.
    case tooLarge(limit: Int)
    /// 400: the body ended early. The client has usually gone and reads no answer.
    case brokenBody
    /// 404: there is no such session, or it is another user's.
    case noSession
    /// 404: the user has no session of this name.
    case noSessionNamed(String)
    /// 409: the user already has a session of this name.
    case nameTaken(String)
    /// 409: the user already has as many sessions as the limit allows.
    case tooManySessions(limit: Int)
    /// 410: the session has expired.
    case expired
    /// 500: the stored state cannot be opened. Only the log says why.
    case unopenable
    /// 503: the database does not answer.
    case storeUnavailable
    /// 500: the database or one of its rows is faulty. Only the log says why.
    case storeBroken
    /// 404: there is no such route.
    case noRoute
    /// 405: the route accepts these methods only.
    case methodNotAllowed(allow: String)

    /// The status of the answer.
    var status: HTTPResponse.Status {
        switch self {
        case .unauthenticated(let failure): failure.status == 503 ? .serviceUnavailable : .unauthorized
        case .invalidRoleToken: .unauthorized
        case .forbidden, .anotherUser, .noUser, .rolesOff: .forbidden
        case .userRequired, .invalidUser: .unprocessableContent
        case .storeUnavailable: .serviceUnavailable
        case .rateLimited: .tooManyRequests
        case .invalid: .unprocessableContent
        case .tooLarge: .contentTooLarge
        case .brokenBody: .badRequest
        case .noSession, .noSessionNamed, .noRoute: .notFound
        case .nameTaken, .tooManySessions: .conflict
        case .expired: .gone
        case .unopenable, .storeBroken: .internalServerError
        case .methodNotAllowed: .methodNotAllowed
        }
    }

    /// The value of `detail` in the answer's body.
    var detail: JSONValue {
        switch self {
        case .unauthenticated(let failure): JSONValue(failure.detail)
        case .invalidRoleToken: "Invalid or expired token"
        case .forbidden(let permission): JSONValue("The permission \(permission.rawValue) is needed")
        case .anotherUser: "Only a caller with every permission may name another user"
        case .noUser: "A caller without a user needs every permission"
        case .rolesOff: "Roles are not honoured here"
        case .userRequired: .array([.userID("missing", "Field required: the credential stands for no user")])
        case .invalidUser: .array([.userID("value_error", "Value error, it must be one user's id, given once")])
        case .rateLimited: "Rate limit exceeded"
        case .invalid(let problems): .array(problems.map(\.json))
        case .tooLarge(let limit): "Storage state exceeds maximum size of \(limit) bytes"
        case .brokenBody: "There was an error parsing the body"
        case .noSession: "Session not found"
        case .noSessionNamed(let name): "Session with name '\(name)' not found"
        case .nameTaken(let name): "Session with name '\(name)' already exists"
        case .tooManySessions(let limit):
            JSONValue("A user may have at most \(limit) sessions: delete one to make room for another")
        case .expired: "Session has expired"
        case .unopenable: "Failed to decrypt session data"
        case .storeUnavailable: "Database unavailable"
        case .storeBroken: "Internal server error"
        case .noRoute: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        }
    }

    /// The header fields of this answer, apart from those of every answer.
    var fields: HTTPFields {
        switch self {
        case .unauthenticated(let failure): failure.challenge.map { [.wwwAuthenticate: $0] } ?? [.retryAfter: "5"]
        case .invalidRoleToken(let failure): failure.challenge.map { [.wwwAuthenticate: $0] } ?? [:]
        case .storeUnavailable: [.retryAfter: "5"]
        case .rateLimited(let seconds): [.retryAfter: String(seconds)]
        case .methodNotAllowed(let allow): [.allow: allow]
        default: [:]
        }
    }

    /// The answer.
    var response: Response {
        var response = Response(json: ["detail": detail], status: status)
        for field in fields { response.headers[field.name] = field.value }
        return response
    }
}

extension JSONValue {
    /// A problem of `?user_id=` in FastAPI's shape.
    fileprivate static func userID(_ kind: String, _ message: String) -> JSONValue {
        ["type": JSONValue(kind), "loc": ["query", "user_id"], "msg": JSONValue(message)]
    }
}
