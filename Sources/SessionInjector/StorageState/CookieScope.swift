import ProxyCore

/// Where a cookie belongs: its host, whether subdomains get it too, and its path; from `domain` and `path`, or from `url`.
struct CookiePlace: Sendable, Equatable {
    /// As Chrome takes it, in lower case: with a dot before the host the cookie goes to subdomains too.
    let domain: String
    /// As Chrome takes it.
    let path: String
    /// The host as Chrome writes it.
    let host: String
    /// Whether only the host itself gets the cookie.
    let isHostOnly: Bool
    /// The path as Chrome writes it.
    let spelledPath: String
    /// Whether a cookie of this place is `Secure` although it does not say so: one given by an https URL.
    let impliesSecure: Bool

    /// Reads the place a cookie names.
    init(_ cookie: JSONObject, spelling: inout Spelling) throws(CookieProblem) {
        let url = cookie["domain"]?.stringValue == nil ? cookie["url"]?.stringValue : nil
        let written = cookie["domain"]?.stringValue?.lowercased() ?? ""
        guard written.utf8.count <= Self.longestDomain, url?.utf8.count ?? 0 <= Self.longestURL else { throw .domain }
        let address = url ?? "https://\(written.withoutLeadingDot)"
        guard let origin = WebOrigin(stored: address), let host = origin.spelled(by: &spelling)?.host else {
            throw .domain
        }
        self.host = host
        // A dot before an address or a single label means nothing to Chrome.
        isHostOnly = url != nil || !written.hasPrefix(".") || origin.isAddress || !host.contains(".")
        domain = isHostOnly ? origin.host : ".\(origin.host)"
        impliesSecure = url != nil && origin.scheme == "https"
        path = try Self.checked(cookie["path"]?.stringValue ?? url.map(Self.folder) ?? "")
        // Chrome takes a tab for a character of a path, and the URL that it is asked with leaves it out.
        spelledPath = spelling.path(
            path.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "%09")
        )
        guard spelledPath.utf8.count <= 1024 else { throw .path }
    }

    /// A dot and a host, and a URL as long as servers take, in bytes: what is longer is not looked at, since comparing a text
    /// of many combining marks takes time that grows with the square of their number.
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

    /// The path of a URL up to its last slash, which is what Playwright gives a cookie that names only a URL.
    private static func folder(of url: String) -> String {
        let parts = url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false)
        // The scheme, nothing, the authority, then the path.
        guard parts.count > 3 else { return "/" }
        return "/" + parts.dropFirst(3).dropLast().map { "\($0)/" }.joined()
    }
}
