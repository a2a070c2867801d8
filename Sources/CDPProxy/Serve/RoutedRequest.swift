import ProxyCore

/// A request's route, and the query its credential is looked for in.
struct RoutedRequest: Sendable {
    /// Where the request goes.
    let route: Route
    /// The query's parameters, without what Playwright hung on to them.
    let query: QueryParameters

    /// The longest id of a browser or target; Chrome's own have 32 or 36 characters.
    static let longestID = 64

    /// Routes `head` by its method, path, query and whether it asks for a WebSocket.
    init(_ head: RequestHead) {
        let isUpgrade = WebSocketUpgrade.isAttempted(by: head)
        let path = String(decoding: head.path, as: UTF8.self)
        if !isUpgrade, let (rest, segments) = Self.discovery(head, path) {
            query = QueryParameters(rest)
            route = Self.jsonRoute(segments, head, query)
            return
        }
        query = QueryParameters(head.query)
        route = isUpgrade ? Self.socketRoute(path) : Self.plainRoute(path, head, query)
    }

    /// Whether a small body that comes with the request is read and dropped, as Chrome does: on `/json` and below. Any other
    /// request with a body is refused.
    static func dropsBody(_ head: RequestHead) -> Bool {
        guard !WebSocketUpgrade.isAttempted(by: head) else { return false }
        let path = String(decoding: head.path, as: UTF8.self)
        return jsonSegments(path) != nil || discovery(head, path) != nil
    }

    /// The query without its tail, and the tail's segments below `/json`, when the request is what clients make of an http
    /// endpoint with a query: they append the path they want to the whole URL, as in `/?signingKey=JWT/json/version/`, with
    /// or without the last slash. No credential has a `/` in it.
    private static func discovery(
        _ head: RequestHead,
        _ path: String
    ) -> (query: ArraySlice<UInt8>, segments: [Substring])? {
        guard path == "/" || path == "/cdp" || path == "/cdp/", var query = head.query else { return nil }
        if query.last == UInt8(ascii: "/") { query.removeLast() }
        for tail in ["/json/version", "/json/list", "/json/protocol", "/json"]
        where query.suffix(tail.utf8.count).elementsEqual(tail.utf8) {
            return (query.dropLast(tail.utf8.count), tail.split(separator: "/").dropFirst().map { $0 })
        }
        return nil
    }

    /// The route of a handshake.
    private static func socketRoute(_ path: String) -> Route {
        switch path {
        case "/", "/cdp", "/cdp/": return .socket(.root)
        case "/devtools/browser", "/devtools/browser/": return .socket(.browser)
        default: break
        }
        if let id = id(in: path, after: "/devtools/browser/") { return .socket(.browserWithID(id)) }
        if let id = id(in: path, after: "/devtools/page/") { return .socket(.page(id)) }
        return .unknown
    }

    /// The route of any other request.
    private static func plainRoute(_ path: String, _ head: RequestHead, _ query: QueryParameters) -> Route {
        let method = head.method
        switch path {
        case "/health": return reading(.health, head)
        case "/ticket": return method == .post ? .ticket : .methodNotAllowed(allow: "POST")
        case "/downloads", "/downloads/": return reading(.downloads, head)
        default: break
        }
        if let id = id(in: path, after: "/downloads/") { return reading(.download(id: id), head) }
        guard let segments = jsonSegments(path) else { return .unknown }
        return jsonRoute(segments, head, query)
    }

    /// A route that is only read from.
    private static func reading(_ route: Route, _ head: RequestHead) -> Route {
        head.method == .get || head.method == .head ? route : .methodNotAllowed(allow: "GET, HEAD")
    }

    /// What stands below `/json` in a path that begins so. One trailing slash is allowed, and no empty segment anywhere else.
    private static func jsonSegments(_ path: String) -> [Substring]? {
        var segments = path.split(separator: "/", omittingEmptySubsequences: false)[1...]
        guard segments.first == "json" else { return nil }
        if segments.count > 1, segments.last == "" { segments.removeLast() }
        return Array(segments.dropFirst())
    }

    /// The route of `/json` and the `segments` behind it. Chrome takes the methods of these in any case, and clients rely on
    /// it.
    private static func jsonRoute(_ segments: [Substring], _ head: RequestHead, _ query: QueryParameters) -> Route {
        guard let endpoint = jsonEndpoint(segments, query) else { return .unknown }
        switch endpoint {
        case .new: return head.methodInAnyCase == .put ? .json(endpoint) : .methodNotAllowed(allow: "PUT")
        case .version, .list, .protocol, .activate, .close:
            return head.methodInAnyCase == .get ? .json(endpoint) : .methodNotAllowed(allow: "GET")
        }
    }

    private static func jsonEndpoint(_ segments: [Substring], _ query: QueryParameters) -> JSONEndpoint? {
        switch (segments.first, segments.count) {
        case (nil, 0), ("list", 1): .list
        case ("version", 1): .version
        case ("protocol", 1): .protocol
        case ("new", 1): .new(url: query.removing(Credential.queryNames))
        case ("activate", 2): isID(segments[1]) ? .activate(id: String(segments[1])) : nil
        case ("close", 2): isID(segments[1]) ? .close(id: String(segments[1])) : nil
        default: nil
        }
    }

    /// The id that follows `prefix` and ends `path`.
    private static func id(in path: String, after prefix: String) -> String? {
        guard path.hasPrefix(prefix) else { return nil }
        let id = Substring(path.utf8.dropFirst(prefix.utf8.count))
        return isID(id) ? String(id) : nil
    }

    /// Whether `text` may be an id: letters, digits and `-`, since it is put into a request to Chrome.
    static func isID(_ text: some StringProtocol) -> Bool {
        1...longestID ~= text.utf8.count
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
