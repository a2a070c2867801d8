import ProxyCore

/// The scope of a cookie (RFC 6265): its host, whether subdomains get it too, and its path. It comes from `domain` and
/// `path`, or from `url`.
struct CookieScope: Sendable, Equatable {
    /// The domain as Chrome takes it, in lower case. With a leading dot, subdomains get the cookie too.
    let domain: String
    /// The path as Chrome takes it.
    let path: String
    /// The host as Chrome writes it.
    let host: String
    /// Whether only the host itself gets the cookie.
    let isHostOnly: Bool
    /// The path as Chrome writes it.
    let spelledPath: String
    /// Whether the cookie is `Secure` without saying so, because an https URL stands for its domain.
    let impliesSecure: Bool

    /// Reads the scope of a cookie.
    init(_ cookie: JSONObject, spelling: inout ChromeSpelling) throws(CookieProblem) {
        let url = cookie["domain"]?.stringValue == nil ? cookie["url"]?.stringValue : nil
        let written = cookie["domain"]?.stringValue?.lowercased() ?? ""
        guard written.utf8.count <= Self.longestDomain, url?.utf8.count ?? 0 <= Self.longestURL else { throw .domain }
        let address = url ?? "https://\(written.withoutLeadingDot)"
        guard let origin = WebOrigin(stored: address), let host = origin.spelled(by: &spelling)?.host else {
            throw .domain
        }
        self.host = host
        // Chrome ignores a dot before an address or a single label.
        isHostOnly = url != nil || !written.hasPrefix(".") || origin.isAddress || !host.contains(".")
        domain = isHostOnly ? origin.host : ".\(origin.host)"
        impliesSecure = url != nil && origin.scheme == "https"
        path = try Self.checked(cookie["path"]?.stringValue ?? url.map(Self.folder) ?? "")
        // Chrome accepts a tab in a path, but its URL parser, which answers the spelling, drops tabs.
        spelledPath = spelling.path(
            path.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "%09")
        )
        guard spelledPath.utf8.count <= 1024 else { throw .path }
    }

    /// In bytes: a dot and a host, and a URL as long as servers accept. Longer texts are refused unread, because
    /// comparing a text of many combining marks takes time that grows with the square of their number.
    private static let longestDomain = 254
    private static let longestURL = 2048

    private static func checked(_ path: String) throws(CookieProblem) -> String {
        if path.isEmpty { return "/" }
        let isForbidden: (UInt8) -> Bool = { [0x00, 0x0A, 0x0D, 0x3B].contains($0) }
        guard path.utf8.count <= 1024, path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(where: isForbidden),
            path.utf8.last != 0x20, path.utf8.last != 0x09
        else { throw .path }
        return path
    }

    /// The path of a URL up to its last slash, as Playwright does for a cookie that names only a URL.
    private static func folder(of url: String) -> String {
        let parts = url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false)
        // The scheme, an empty part, the authority, then the path.
        guard parts.count > 3 else { return "/" }
        return "/" + parts.dropFirst(3).dropLast().map { "\($0)/" }.joined()
    }
}
