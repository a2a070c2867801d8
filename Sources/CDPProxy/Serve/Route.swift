import ProxyCore
import SessionInjector

/// Where a client's request goes: the table of client routes, as one value.
///
/// Paths are compared byte for byte, case and percent-encoding included, so that a request either is one of these or
/// is `unknown`; nothing else reaches Chrome. The route says nothing of which callers may take it.
enum Route: Sendable, Equatable {
    /// A WebSocket handshake, for the endpoint it asks for; whether it is a good one is `WebSocketUpgrade`'s to say.
    case socket(SocketEndpoint)
    /// One of Chrome's `/json` answers.
    case json(JSONEndpoint)
    /// `POST /ticket`.
    case ticket
    /// `GET` or `HEAD /downloads`: what the credential's connections downloaded.
    case downloads
    /// `GET` or `HEAD /downloads/ID`.
    case download(id: String)
    /// `GET` or `HEAD /health`, the only route that needs no credential.
    case health
    /// A path of ours with a method it does not take: 405, with the methods it does take for `Allow`.
    case methodNotAllowed(allow: String)
    /// Anything else: 404, for callers with a good credential.
    case unknown
}

/// The endpoint a client's WebSocket asks for.
enum SocketEndpoint: Sendable, Equatable {
    /// `/` and `/cdp`: the browser's endpoint, or the first page's if so configured.
    case root
    /// `/devtools/browser`: the browser's endpoint, whatever its id is now.
    case browser
    /// `/devtools/browser/ID`.
    case browserWithID(String)
    /// `/devtools/page/ID`.
    case page(String)

    /// The path on Chrome's side when the client said which by its id, so that it may be one of the past.
    var namedPath: String? {
        switch self {
        case .browserWithID(let id): "/devtools/browser/" + id
        case .page(let id): "/devtools/page/" + id
        case .root, .browser: nil
        }
    }
}

/// One of the requests that Chrome's DevTools server answers over plain HTTP.
enum JSONEndpoint: Sendable, Equatable {
    case version
    case list
    case `protocol`
    /// With the URL to open as the client encoded it; empty for a blank page.
    case new(url: [UInt8])
    case activate(id: String)
    case close(id: String)

    /// How it uses the browser; nil for an endpoint that says nothing of pages and is open to any good credential.
    var use: BrowserLedger.Use? {
        switch self {
        case .version, .protocol: nil
        case .list: .look
        // Opening a tab is driving. Moving and closing tabs is too, since they may be another caller's.
        case .new, .activate, .close: .drive
        }
    }

    /// The method Chrome is asked with; also the only one a client may use.
    var method: StaticString {
        switch self {
        case .new: "PUT"
        case .version, .list, .protocol, .activate, .close: "GET"
        }
    }

    /// The target Chrome is asked for: never a trailing slash, to which it answers 404, nor a query with a credential.
    var chromeTarget: [UInt8] {
        switch self {
        case .version: Array("/json/version".utf8)
        case .list: Array("/json/list".utf8)
        case .protocol: Array("/json/protocol".utf8)
        case .new(let url): Array("/json/new".utf8) + (url.isEmpty ? [] : [UInt8(ascii: "?")] + url)
        case .activate(let id): Array("/json/activate/\(id)".utf8)
        case .close(let id): Array("/json/close/\(id)".utf8)
        }
    }
}
