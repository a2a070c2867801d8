import ProxyCore

/// The address a client reaches the proxy by, for the URLs it is handed: scheme, host and port, and a path in front
/// when a hop before us takes one away.
struct ExternalAddress: Sendable, Equatable {
    /// Whether the client's side speaks TLS, so that URLs say `wss`.
    let isSecure: Bool
    /// Host and port as they stand in a URL; an IPv6 address is in brackets.
    let authority: String
    /// What stands before every path: empty, or a path that begins with `/` and does not end with one.
    let pathPrefix: String

    /// The address in a public URL: `ws`, `wss`, `http` or `https`, an authority, and perhaps a path, but no query.
    ///
    /// Nil when `publicURL` is not one.
    init?(publicURL: String) {
        let schemes = [("ws://", false), ("http://", false), ("wss://", true), ("https://", true)]
        guard let scheme = schemes.first(where: { publicURL.lowercased().hasPrefix($0.0) }) else { return nil }
        isSecure = scheme.1
        let rest = publicURL.dropFirst(scheme.0.count)
        let pathStart = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let authority = Authority(String(rest[..<pathStart])) else { return nil }
        let path = rest[pathStart...]
        guard path.utf8.allSatisfy(Self.isPathByte) else { return nil }
        self.authority = authority.text
        pathPrefix = String(path.hasSuffix("/") ? path.dropLast() : path)
    }

    /// The address that the request `head` came to.
    ///
    /// It is the request's `Host`, with TLS if `isTLS`. When the peer is a trusted hop its `X-Forwarded-Proto` and
    /// `X-Forwarded-Host` come before these: of a list the first element, which is the hop nearest the client; one that
    /// is malformed counts as none. Nil when no host is known, which only an HTTP/1.0 request leaves open.
    init?(_ head: RequestHead, isTLS: Bool, isTrustedHop: Bool) {
        let forwardedHost =
            isTrustedHop ? Self.firstElement(of: .xForwardedHost, in: head).flatMap(Authority.init) : nil
        guard let authority = forwardedHost ?? head.authority else { return nil }
        let scheme = isTrustedHop ? Self.firstElement(of: .xForwardedProto, in: head) : nil
        switch scheme?.lowercased() {
        case "https", "wss": isSecure = true
        case "http", "ws": isSecure = false
        default: isSecure = isTLS
        }
        self.authority = authority.text
        pathPrefix = ""
    }

    /// The URL of a WebSocket on `path` that carries `credential`.
    func socketURL(path: String, credential: URLCredential) -> String {
        "\(isSecure ? "wss" : "ws")://\(authority)\(pathPrefix)\(path)?\(credential.parameter)"
    }

    /// The first element of the list in the fields called `name`.
    private static func firstElement(of name: FieldName, in head: RequestHead) -> String? {
        guard let value = head.fields.first(of: name) else { return nil }
        let element = value.prefix { $0 != UInt8(ascii: ",") }
        return String(decoding: element.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed(), as: UTF8.self)
    }

    /// Whether `byte` may stand in the path of a public URL: unreserved characters of RFC 3986, `%` and `/`.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        URLCredential.isUnreserved(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%")
    }
}

extension Authority {
    /// Host and port as they stand in a URL.
    var text: String { port.map { "\(host):\($0)" } ?? host }
}
