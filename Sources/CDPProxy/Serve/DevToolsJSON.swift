import ProxyCore
import SessionInjector

/// Why a JSON answer of Chrome's is refused; the client gets a 502.
enum DevToolsJSONError: Error, Sendable, Equatable {
    /// The body is not JSON.
    case notJSON
    /// The body would take more memory than it may.
    case tooLarge
    /// The body is JSON of another shape than this answer has.
    case unexpectedShape
    /// A `webSocketDebuggerUrl` does not lead to `/devtools/…` and an id.
    case unexpectedSocketURL
}

/// Chrome's answer to `/json/version`, `/json/list` or `/json/new`. The client gets it with its WebSocket URLs leading back
/// through the proxy.
///
/// Every other member is kept, in order, but `devtoolsFrontendUrl`: it names a third party's site, and a credential in it
/// would go there.
struct DevToolsJSON: Sendable {
    /// The top of an answer.
    enum Shape: Sendable {
        /// `/json/version` and `/json/new`: one object with a `webSocketDebuggerUrl`.
        case object
        /// `/json/list`: an array of objects, with a `webSocketDebuggerUrl` each or without.
        case list
    }

    /// Who wrote an answer.
    enum Author: Sendable {
        /// Chrome: `ws://HOST/devtools/KIND/ID`.
        case chrome
        /// A proxy like this one: also `wss`, the browser without its id, and a ticket in the query, which is left out.
        case proxy
    }

    private static let socketMember = "webSocketDebuggerUrl"
    private static let droppedMembers = ["devtoolsFrontendUrl", "devtoolsFrontendUrlCompat"]

    private let shape: Shape
    private var targets: [Target]

    /// One object of the answer, and the path its WebSocket URL leads to.
    private struct Target: Sendable {
        var members: JSONObject
        let socketPath: String?
    }

    /// Reads `body`, an answer of this `shape`, into at most `memory` bytes.
    init(
        _ body: [UInt8],
        shape: Shape,
        by author: Author = .chrome,
        atMost memory: Int = 1 << 20
    ) throws(DevToolsJSONError) {
        let value = try Self.value(body, memory)
        self.shape = shape
        targets = []
        switch (shape, value) {
        case (.object, .object(let object)):
            targets.append(try Self.target(object, author))
            guard targets[0].socketPath != nil else { throw .unexpectedShape }
        case (.list, .array(let elements)):
            for element in elements {
                guard case .object(let object) = element else { throw .unexpectedShape }
                targets.append(try Self.target(object, author))
            }
        default:
            throw .unexpectedShape
        }
    }

    private static func value(_ body: [UInt8], _ memory: Int) throws(DevToolsJSONError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue.parse(body, options: JSONParsingOptions(maximumMemory: memory))
        } catch .tooLarge {
            throw .tooLarge
        } catch {
            throw .notJSON
        }
    }

    /// The path of the first WebSocket URL: in `/json/version` the browser's own.
    var firstSocketPath: String? { targets.lazy.compactMap(\.socketPath).first }

    /// The path of the first page's WebSocket URL. A list also has workers, extensions and parts of the browser's own
    /// interface in it, which are no pages.
    var firstPagePath: String? {
        let pages = targets.lazy.filter {
            $0.members["type"] == "page" && !BrowserContents.isInterface($0.members["url"]?.stringValue ?? "")
        }
        return pages.compactMap(\.socketPath).first
    }

    /// The paths of all WebSocket URLs.
    var socketPaths: [String] { targets.compactMap(\.socketPath) }

    /// The same list without the browser's own pages, and extensions'.
    var ofWebsites: DevToolsJSON {
        var websites = self
        websites.targets.removeAll { target in
            let type = target.members["type"]?.stringValue ?? ""
            return !WebTargets.types.contains(type)
                || BrowserContents.isInterface(target.members["url"]?.stringValue ?? "")
        }
        return websites
    }

    /// The answer with every WebSocket URL replaced by what `link` makes of its path; `link` is called once for each, in
    /// order, so that each can carry a ticket of its own.
    func serialized<Failure: Error>(link: (_ path: String) throws(Failure) -> String) throws(Failure) -> [UInt8] {
        var objects: [JSONValue] = []
        for target in targets {
            var members = target.members
            if let path = target.socketPath { members[Self.socketMember] = JSONValue(try link(path)) }
            objects.append(.object(members))
        }
        switch shape {
        case .object: return objects.first?.serialized() ?? []
        case .list: return JSONValue.array(objects).serialized()
        }
    }

    private static func target(_ object: JSONObject, _ author: Author) throws(DevToolsJSONError) -> Target {
        var members = object
        for name in droppedMembers { members[name] = nil }
        guard let url = object[socketMember] else { return Target(members: members, socketPath: nil) }
        guard let text = url.stringValue, let path = socketPath(in: text, author) else { throw .unexpectedSocketURL }
        return Target(members: members, socketPath: path)
    }

    /// The path of a WebSocket URL, as its author writes them.
    private static func socketPath(in url: String, _ author: Author) -> String? {
        // Bytes, not characters: finding character boundaries in hostile text (many accents on a letter) takes quadratic
        // time.
        var bytes = Substring(url).utf8
        let scheme = author == .proxy && bytes.starts(with: "wss://".utf8) ? "wss://" : "ws://"
        guard bytes.starts(with: scheme.utf8) else { return nil }
        bytes = bytes.dropFirst(scheme.utf8.count)
        if author == .proxy { bytes = bytes.prefix { $0 != UInt8(ascii: "?") } }
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if author == .proxy, parts.dropFirst().map({ String($0) }) == ["devtools", "browser"] {
            return "/devtools/browser"
        }
        guard parts.count == 4, parts[1].elementsEqual("devtools".utf8), let kind = String(parts[2]),
            let id = String(parts[3]), RoutedRequest.isID(kind), RoutedRequest.isID(id)
        else { return nil }
        return "/devtools/\(kind)/\(id)"
    }
}
