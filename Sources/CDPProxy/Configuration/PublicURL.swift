import ProxyCore

/// Where clients find the proxy, when that is not what their `Host` says: `ws://HOST[:PORT]` or `wss://HOST[:PORT]`.
struct PublicURL: Sendable, Equatable {
    /// Whether clients speak TLS.
    let isSecure: Bool
    /// The host and port they use.
    let authority: Authority

    /// Reads `text`; `http` and `https` are taken for `ws` and `wss`, a single slash at the end is left off.
    init?(_ text: String) {
        guard let scheme = ["ws://", "wss://", "http://", "https://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.utf8.count)
        guard let authority = Authority(rest.hasSuffix("/") ? rest.dropLast() : rest) else { return nil }
        isSecure = scheme == "wss://" || scheme == "https://"
        self.authority = authority
    }
}
