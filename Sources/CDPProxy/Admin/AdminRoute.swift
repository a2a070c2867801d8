import ProxyCore

/// What operators ask for.
enum AdminRoute: Sendable, Equatable {
    /// `GET /health`: whether Chrome answers.
    case health
    /// `GET /ready`: whether clients may be sent here.
    case ready
    /// `GET /metrics`: Prometheus' text.
    case metrics
    /// `GET /connections`: the clients joined to Chrome.
    case connections
    /// `POST /drain`: take no new clients.
    case drain
    /// `POST /revoke`: take a credential, a session or a user out of use.
    case revoke
    /// A path of ours with a method it does not take.
    case methodNotAllowed(allow: String)
    /// Anything else.
    case unknown

    /// Routes a request by its method and path; a query changes nothing.
    init(_ head: RequestHead) {
        let isGet = head.method == .get || head.method == .head
        switch String(decoding: head.path, as: UTF8.self) {
        case "/health": self = isGet ? .health : Self.getOnly
        case "/ready": self = isGet ? .ready : Self.getOnly
        case "/metrics": self = isGet ? .metrics : Self.getOnly
        case "/connections": self = isGet ? .connections : Self.getOnly
        case "/revoke": self = head.method == .post ? .revoke : .methodNotAllowed(allow: "POST")
        case "/drain": self = head.method == .post ? .drain : .methodNotAllowed(allow: "POST")
        default: self = .unknown
        }
    }

    private static let getOnly = AdminRoute.methodNotAllowed(allow: "GET, HEAD")

    /// Whether a request needs no token: probes and scrapers have none.
    var isOpen: Bool {
        switch self {
        case .health, .ready, .metrics: true
        case .connections, .drain, .revoke, .methodNotAllowed, .unknown: false
        }
    }
}
