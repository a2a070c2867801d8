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
        if !isUpgrade, let rest = Self.discoveryQuery(of: head, path) {
            query = QueryParameters(rest)
            route = Self.jsonRoute(["version"], head.method, query)
            return
        }
        query = QueryParameters(head.query)
        route = isUpgrade ? Self.socketRoute(path) : Self.plainRoute(path, head.method, query)
    }

    /// The query without its tail when the request is what Playwright makes of an http endpoint with a query: it
    /// appends the path it wants to the whole URL, as in `/?signingKey=JWT/json/version/`. No token has a `/` in it.
    private static func discoveryQuery(of head: RequestHead, _ path: String) -> ArraySlice<UInt8>? {
        guard path == "/" || path == "/cdp" || path == "/cdp/", let query = head.query else { return nil }
        for tail in ["/json/version/", "/json/version"] where query.suffix(tail.utf8.count).elementsEqual(tail.utf8) {
            return query.dropLast(tail.utf8.count)
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
    private static func plainRoute(_ path: String, _ method: RequestMethod, _ query: QueryParameters) -> Route {
        switch path {
        case "/health": return method == .get || method == .head ? .health : .methodNotAllowed(allow: "GET, HEAD")
        case "/ticket": return method == .post ? .ticket : .methodNotAllowed(allow: "POST")
        default: break
        }
        // One trailing slash is allowed on every `/json` path, and no empty segment anywhere else.
        var segments = path.split(separator: "/", omittingEmptySubsequences: false)[1...]
        guard segments.first == "json" else { return .unknown }
        if segments.count > 1, segments.last == "" { segments.removeLast() }
        return jsonRoute(Array(segments.dropFirst()), method, query)
    }

    /// The route of `/json` and the `segments` behind it.
    private static func jsonRoute(_ segments: [Substring], _ method: RequestMethod, _ query: QueryParameters) -> Route {
        guard let endpoint = jsonEndpoint(segments, query) else { return .unknown }
        switch endpoint {
        case .new: return method == .put ? .json(endpoint) : .methodNotAllowed(allow: "PUT")
        case .version, .list, .protocol, .activate, .close:
            return method == .get ? .json(endpoint) : .methodNotAllowed(allow: "GET")
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
