import ProxyCore

/// One stored cookie as `Storage.setCookies` takes it.
///
/// One invalid cookie makes Chrome refuse the whole call, and Chrome accepts some others and silently drops them. So
/// the initialiser finds every known fault, and only that cookie is left out.
struct CookieParameter: Sendable, Equatable {
    /// The CDP `CookieParam`.
    let parameter: JSONValue
    /// The cookie's key in the jar.
    let key: CookieKey
    /// The domain as Chrome takes it.
    let domain: String
    /// The value, to compare with the one read back.
    let value: String

    /// Maps a cookie from Playwright, from `Storage.getCookies` or from a cookie-exporting extension. `now` tells which
    /// cookies have expired.
    init(_ cookie: JSONObject, now: Timestamp, spelling: inout ChromeSpelling) throws(CookieProblem) {
        guard let name = cookie["name"]?.stringValue, let value = cookie["value"]?.stringValue,
            !(name.isEmpty && value.isEmpty)
        else { throw .missingName }
        try Self.checkText(name: name, value: value)
        let scope = try CookieScope(cookie, spelling: &spelling)
        let isSecure = cookie["secure"]?.boolValue == true || scope.impliesSecure
        let isHTTPOnly = cookie["httpOnly"]?.boolValue ?? false
        try Self.checkPrefix(name, scope, isSecure: isSecure, isHTTPOnly: isHTTPOnly)
        let sameSite = try Self.sameSite(of: cookie, isSecure: isSecure)
        let partition = try Self.partition(of: cookie, isSecure: isSecure, spelling: &spelling)
        var parameter: JSONValue = [
            "name": JSONValue(name), "value": JSONValue(value), "domain": JSONValue(scope.domain),
            "path": JSONValue(scope.path), "secure": .bool(isSecure), "httpOnly": .bool(isHTTPOnly),
        ]
        if let expires = try Self.expires(of: cookie, now: now) { parameter = parameter.adding("expires", expires) }
        if let sameSite { parameter = parameter.adding("sameSite", JSONValue(sameSite)) }
        if let partition { parameter = parameter.adding("partitionKey", partition.parameter) }
        if let priority = cookie["priority"]?.shortWord, ["Low", "Medium", "High"].contains(priority) {
            parameter = parameter.adding("priority", JSONValue(priority))
        }
        self.parameter = parameter
        domain = scope.domain
        self.value = value
        key = CookieKey(name: name, scope, partition)
    }
}

extension CookieParameter {
    private static func checkText(name: String, value: String) throws(CookieProblem) {
        let isForbidden: (UInt8) -> Bool = { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: ";") }
        guard !name.utf8.contains(where: { isForbidden($0) || $0 == UInt8(ascii: "=") }),
            !value.utf8.contains(where: isForbidden)
        else { throw .characters }
        // A browser would read the text before the first equals sign as the name.
        guard !name.isEmpty || !value.utf8.contains(UInt8(ascii: "=")) else { throw .characters }
        for text in [name, value] where text.utf8.first == 0x20 || text.utf8.last == 0x20 { throw .characters }
        guard name.utf8.count + value.utf8.count <= 4096 else { throw .size }
        // Without a name, the value must not look like a name with a prefix.
        guard !name.isEmpty || !["__host-", "__secure-", "__http-"].contains(where: value.begins(with:)) else {
            throw .prefix
        }
    }

    /// Prefixes match in any case (RFC 6265bis section 5.7, and `__Http-` as Chromium has it).
    private static func checkPrefix(
        _ name: String,
        _ scope: CookieScope,
        isSecure: Bool,
        isHTTPOnly: Bool
    ) throws(CookieProblem) {
        let needsHTTPOnly = name.begins(with: "__http-") || name.begins(with: "__host-http-")
        let isHost = name.begins(with: "__host-")
        guard isSecure || !(needsHTTPOnly || isHost || name.begins(with: "__secure-")) else { throw .prefix }
        guard isHTTPOnly || !needsHTTPOnly else { throw .prefix }
        guard !isHost || (scope.path == "/" && !scope.domain.hasPrefix(".")) else { throw .prefix }
    }

    /// The value as CDP writes it; nil to leave it out, as for exports that say `unspecified`.
    private static func sameSite(of cookie: JSONObject, isSecure: Bool) throws(CookieProblem) -> String? {
        switch cookie["sameSite"]?.shortWord?.lowercased() {
        case "strict": return "Strict"
        case "lax": return "Lax"
        case "none", "no_restriction":
            guard isSecure else { throw .sameSiteNone }
            return "None"
        default: return nil
        }
    }

    /// Seconds since 1970; nil for a session cookie, that is without a time or with one of zero or less. A number that
    /// would mean a year after 5138 is in milliseconds.
    private static func expires(of cookie: JSONObject, now: Timestamp) throws(CookieProblem) -> JSONValue? {
        guard let written = cookie["expires"]?.doubleValue, written > 0 else { return nil }
        let seconds = written > 1e11 ? written / 1000 : written
        guard seconds > now.secondsSince1970 else { throw .expired }
        return JSONValue(seconds)
    }

    /// The partition, from the object form of CDP or from Playwright's string and `_crHasCrossSiteAncestor`.
    private static func partition(
        of cookie: JSONObject,
        isSecure: Bool,
        spelling: inout ChromeSpelling
    ) throws(CookieProblem) -> CookiePartition? {
        guard let written = cookie["partitionKey"], !written.isNull else { return nil }
        guard let site = written.stringValue ?? written["topLevelSite"]?.stringValue else { throw .partition }
        if site.isEmpty { return nil }
        let ancestor = written["hasCrossSiteAncestor"] ?? cookie["_crHasCrossSiteAncestor"]
        guard isSecure, let origin = WebOrigin(stored: site)?.spelled(by: &spelling) else { throw .partition }
        return CookiePartition(scheme: origin.scheme, host: origin.host, isCrossSite: ancestor?.boolValue ?? true)
    }
}

extension JSONValue {
    /// The text if it has at most 32 bytes, and can thus be one of a few known words.
    fileprivate var shortWord: String? { stringValue.flatMap { $0.utf8.count <= 32 ? $0 : nil } }
}

extension String {
    /// Whether the text begins with `prefix`, an ASCII text in lower case, ignoring the text's own case.
    fileprivate func begins(with prefix: String) -> Bool {
        utf8.count >= prefix.utf8.count
            && zip(utf8, prefix.utf8).allSatisfy { byte, wanted in
                byte == wanted || (0x41...0x5A).contains(byte) && byte | 0x20 == wanted
            }
    }

    /// The text without one leading dot.
    var withoutLeadingDot: String { hasPrefix(".") ? String(dropFirst()) : self }
}
