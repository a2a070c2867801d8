import ProxyCore

/// Where the proxy is that `connect` leads to: `wss://HOST[:PORT]`, or with `ws`, `https` or `http`.
struct UpstreamURL: Sendable, Equatable, CustomStringConvertible {
    /// Whether it is spoken to over TLS.
    let isSecure: Bool
    /// Its host and port as they were written, which is what its `Host` field says.
    let authority: Authority

    /// The port, the scheme's own when none was written.
    var port: UInt16 { authority.port ?? (isSecure ? 443 : 80) }

    /// `wss://HOST[:PORT]` or `ws://HOST[:PORT]`.
    var description: String { "\(isSecure ? "wss" : "ws")://\(authority)" }

    /// Reads `text`. What it throws holds nothing of the text, which may have a credential in it.
    init(_ text: String) throws(UpstreamURLFault) {
        guard let scheme = ["ws://", "wss://", "http://", "https://"].first(where: text.hasPrefix) else {
            throw .scheme
        }
        let rest = text.dropFirst(scheme.utf8.count)
        let written = rest.prefix { !"/?#".contains($0) }
        let tail = rest[written.endIndex...]
        guard !written.contains("@"), !Self.hasCredential(tail) else { throw .credential }
        guard tail.isEmpty || tail == "/" else { throw .path }
        guard let authority = Authority(written) else { throw .host }
        isSecure = scheme == "wss://" || scheme == "https://"
        self.authority = authority
    }

    private static func hasCredential(_ tail: Substring) -> Bool {
        guard let mark = tail.firstIndex(of: "?") else { return false }
        let query = QueryParameters(Array(tail[mark...].utf8.dropFirst())[...])
        return Credential.queryNames.contains { query.count(of: $0) > 0 }
    }
}

/// Why a URL leads to no proxy.
enum UpstreamURLFault: Error, CaseIterable {
    /// It begins with none of the four schemes.
    case scheme
    /// A credential stands in it.
    case credential
    /// It has a path, a query or a fragment.
    case path
    /// Its host or its port is none.
    case host
}

extension UpstreamURLFault: CustomStringConvertible {
    /// One sentence, for the person who typed the URL.
    var description: String {
        switch self {
        case .scheme: "The URL must begin with wss://, ws://, https:// or http://."
        case .credential:
            "The URL carries a credential, which other users of this machine can read in the list of processes: leave it "
                + "out, and set CDP_PROXY_TOKEN or name a file by --token-file."
        case .path: "The URL must end with the host or the port: paths and queries are the tools' to send."
        case .host: "The URL's host or port is none."
        }
    }
}
