import ProxyCore

/// The address a client reaches the proxy by, for the URLs it is handed: scheme, host and port.
struct ExternalAddress: Sendable, Equatable {
    /// Whether the client's side speaks TLS, so that URLs say `wss`.
    let isSecure: Bool
    /// Host and port as they stand in a URL; an IPv6 address is in brackets.
    let authority: String

    /// The address in `CDP_PROXY_PUBLIC_URL`, which comes before anything a request says.
    init(_ publicURL: PublicURL) {
        isSecure = publicURL.isSecure
        authority = publicURL.authority.description
    }

    /// The address that the request `head` came to.
    ///
    /// It is the request's `Host`, with TLS if `isTLS`. When the peer is a trusted hop its `X-Forwarded-Proto` and
    /// `X-Forwarded-Host` come before these: of a list the first element, which is the hop nearest the client; one that
    /// is malformed counts as none. Nil when no host is known, which only an HTTP/1.0 request leaves open.
    init?(_ head: RequestHead, isTLS: Bool, isTrustedProxy: Bool) {
        let forwarded = isTrustedProxy ? Self.firstElement(of: .xForwardedHost, in: head) : nil
        guard let authority = forwarded.flatMap(Authority.init) ?? head.authority else { return nil }
        let scheme = isTrustedProxy ? Self.firstElement(of: .xForwardedProto, in: head) : nil
        switch scheme?.lowercased() {
        case "https", "wss": isSecure = true
        case "http", "ws": isSecure = false
        default: isSecure = isTLS
        }
        self.authority = authority.description
    }

    /// The URL of a WebSocket on `path` that carries `credential`, if there is one.
    func socketURL(path: String, credential: URLCredential?) -> String {
        "\(isSecure ? "wss" : "ws")://\(authority)\(path)\(credential.map { "?\($0.parameter)" } ?? "")"
    }

    /// The first element of the list in the fields called `name`.
    private static func firstElement(of name: FieldName, in head: RequestHead) -> String? {
        guard let value = head.fields.first(of: name) else { return nil }
        let element = value.prefix { $0 != UInt8(ascii: ",") }
        return String(decoding: element.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed(), as: UTF8.self)
    }
}
