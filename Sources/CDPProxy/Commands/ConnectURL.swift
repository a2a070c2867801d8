import ArgumentParser
import ProxyCore

/// Where a client connects: `ws://HOST:PORT`, with a path and a query if the user gave one, or with `wss`, `http` or
/// `https`, which Playwright takes too.
struct ConnectURL: ExpressibleByArgument, Sendable {
    private let text: String

    /// Reads `argument`; nil for another scheme, user information, a fragment, white space, or a URL that carries a
    /// credential already.
    init?(argument: String) {
        guard let scheme = ["ws://", "wss://", "http://", "https://"].first(where: argument.hasPrefix) else {
            return nil
        }
        let rest = argument.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let tail = rest[authority.endIndex...]
        guard Authority(authority) != nil, tail.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else { return nil }
        let query = QueryParameters(tail.firstIndex(of: "?").map { Array(tail[$0...].utf8.dropFirst())[...] })
        guard Credential.queryNames.allSatisfy({ query.count(of: $0) == 0 }) else { return nil }
        // Without a slash there is no path, and some clients send a request line without one, which RFC 9112 section 3.2.1
        // forbids.
        text = tail.hasPrefix("/") ? argument : "\(scheme)\(authority)/\(tail)"
    }

    /// The URL with the token as its last parameter.
    func text(with token: String) -> String {
        let separator = text.contains("?") ? (text.hasSuffix("?") || text.hasSuffix("&") ? "" : "&") : "?"
        return "\(text)\(separator)signingKey=\(token)"
    }
}
