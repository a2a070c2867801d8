import ProxyCore

/// One stored cookie as `Storage.setCookies` takes it.
///
/// One cookie that Chrome refuses makes it refuse the whole call, and some it takes and silently drops; so everything
/// known to go wrong is found here, and the cookie left out alone.
struct CookieParameter: Sendable, Equatable {
    /// What makes two cookies the same one in a browser's jar.
    struct Key: Hashable, Sendable {
        var name: String
        var domain: String
        var path: String
        /// The partition's top-level site and whether a cross-site ancestor stands between; nil when unpartitioned.
        var partition: JSONValue?

        func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(domain)
            hasher.combine(path)
        }
    }

    /// The CDP `CookieParam`.
    let parameter: JSONValue
    /// The jar's key for it.
    let key: Key
    /// The value, to compare with what is read back.
    let value: String

    /// Maps a cookie of Playwright, of `Storage.getCookies` or of a cookie-exporting extension; `now` in seconds since
    /// 1970 tells what has run out.
    init(_ cookie: JSONObject, now: Double) throws(CookieProblem) {
        guard let name = cookie["name"]?.stringValue, let value = cookie["value"]?.stringValue,
            !(name.isEmpty && value.isEmpty)
        else { throw .missingName }
        try Self.checkText(name: name, value: value)
        let domain = try Self.domain(of: cookie)
        let path = try Self.path(of: cookie)
        let isSecure = cookie["secure"]?.boolValue ?? false
        let isHTTPOnly = cookie["httpOnly"]?.boolValue ?? false
        try Self.checkPrefix(name, domain, path, isSecure: isSecure, isHTTPOnly: isHTTPOnly)
        let sameSite = try Self.sameSite(of: cookie, isSecure: isSecure)
        let partitionKey = try Self.partitionKey(of: cookie, isSecure: isSecure)
        var parameter: JSONValue = [
            "name": JSONValue(name), "value": JSONValue(value), "domain": JSONValue(domain), "path": JSONValue(path),
            "secure": .bool(isSecure), "httpOnly": .bool(isHTTPOnly),
        ]
        if let expires = try Self.expires(of: cookie, now: now) { parameter = parameter.adding("expires", expires) }
        if let sameSite { parameter = parameter.adding("sameSite", JSONValue(sameSite)) }
        if let partitionKey { parameter = parameter.adding("partitionKey", partitionKey) }
        if let priority = cookie["priority"]?.stringValue, ["Low", "Medium", "High"].contains(priority) {
            parameter = parameter.adding("priority", JSONValue(priority))
        }
        self.parameter = parameter
        self.value = value
        key = Key(name: name, domain: domain.withoutLeadingDot, path: path, partition: partitionKey)
    }

    /// The key of a cookie as `Storage.getCookies` answers it, with its value; nil when it lacks either.
    static func stored(_ cookie: JSONValue) -> (key: Key, value: String)? {
        guard let name = cookie["name"]?.stringValue, let value = cookie["value"]?.stringValue,
            let domain = cookie["domain"]?.stringValue, let path = cookie["path"]?.stringValue
        else { return nil }
        var partition: JSONValue?
        if let key = cookie["partitionKey"], let site = key["topLevelSite"] {
            partition = ["topLevelSite": site, "hasCrossSiteAncestor": key["hasCrossSiteAncestor"] ?? true]
        }
        return (Key(name: name, domain: domain.withoutLeadingDot, path: path, partition: partition), value)
    }
}

extension CookieParameter {
    private static func checkText(name: String, value: String) throws(CookieProblem) {
        let isForbidden: (UInt8) -> Bool = { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: ";") }
        guard !name.utf8.contains(where: { isForbidden($0) || $0 == UInt8(ascii: "=") }),
            !value.utf8.contains(where: isForbidden)
        else { throw .characters }
        for text in [name, value] where text.utf8.first == 0x20 || text.utf8.last == 0x20 { throw .characters }
        guard name.utf8.count + value.utf8.count <= 4096 else { throw .size }
    }

    /// The domain in lower case, its dot kept: with it the cookie goes to subdomains too, without it to the host only.
    private static func domain(of cookie: JSONObject) throws(CookieProblem) -> String {
        guard let domain = cookie["domain"]?.stringValue?.lowercased() else { throw .domain }
        let host = domain.withoutLeadingDot
        guard WebOrigin("https://\(host)")?.host == host else { throw .domain }
        return domain
    }

    private static func path(of cookie: JSONObject) throws(CookieProblem) -> String {
        guard let path = cookie["path"]?.stringValue, !path.isEmpty else { return "/" }
        guard path.hasPrefix("/"), path.utf8.count <= 1024,
            path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x3B })
        else { throw .path }
        return path
    }

    /// Prefixes count whatever their case (RFC 6265bis section 5.7, and `__Http-` as Chromium has it).
    private static func checkPrefix(
        _ name: String,
        _ domain: String,
        _ path: String,
        isSecure: Bool,
        isHTTPOnly: Bool
    ) throws(CookieProblem) {
        let name = name.lowercased()
        let needsHTTPOnly = name.hasPrefix("__http-") || name.hasPrefix("__host-http-")
        guard isSecure || !(needsHTTPOnly || name.hasPrefix("__host-") || name.hasPrefix("__secure-")) else {
            throw .prefix
        }
        guard isHTTPOnly || !needsHTTPOnly else { throw .prefix }
        guard !name.hasPrefix("__host-") || (path == "/" && !domain.hasPrefix(".")) else { throw .prefix }
    }

    /// Chrome's spelling; nil to leave it out, as for exports that say `unspecified`.
    private static func sameSite(of cookie: JSONObject, isSecure: Bool) throws(CookieProblem) -> String? {
        switch cookie["sameSite"]?.stringValue?.lowercased() {
        case "strict": return "Strict"
        case "lax": return "Lax"
        case "none", "no_restriction":
            guard isSecure else { throw .sameSiteNone }
            return "None"
        default: return nil
        }
    }

    /// Seconds since 1970; nil for a session cookie: no time, or one of zero and less. What would be seconds beyond
    /// the year 5138 is milliseconds.
    private static func expires(of cookie: JSONObject, now: Double) throws(CookieProblem) -> JSONValue? {
        guard let written = cookie["expires"]?.doubleValue, written > 0 else { return nil }
        let seconds = written > 1e11 ? written / 1000 : written
        guard seconds > now else { throw .expired }
        return JSONValue(seconds)
    }

    /// The object form Chrome takes, from the object or from Playwright's string and `_crHasCrossSiteAncestor`.
    private static func partitionKey(of cookie: JSONObject, isSecure: Bool) throws(CookieProblem) -> JSONValue? {
        guard let written = cookie["partitionKey"], !written.isNull else { return nil }
        guard let site = written.stringValue ?? written["topLevelSite"]?.stringValue else { throw .partition }
        if site.isEmpty { return nil }
        let ancestor = written["hasCrossSiteAncestor"] ?? cookie["_crHasCrossSiteAncestor"]
        guard isSecure, let origin = WebOrigin(site) else { throw .partition }
        return ["topLevelSite": JSONValue(origin.text), "hasCrossSiteAncestor": .bool(ancestor?.boolValue ?? true)]
    }
}

extension String {
    /// The text without one dot at its beginning.
    var withoutLeadingDot: String { hasPrefix(".") ? String(dropFirst()) : self }
}
