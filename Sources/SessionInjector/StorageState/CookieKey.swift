import ProxyCore

/// The partition of a cookie: the top-level site, and whether a cross-site ancestor stands between.
struct CookiePartition: Hashable, Sendable {
    var scheme: String
    /// The site's host. Chrome keeps the registrable domain only.
    var host: String
    var isCrossSite: Bool

    /// The object form Chrome takes.
    var parameter: JSONValue {
        ["topLevelSite": JSONValue("\(scheme)://\(host)"), "hasCrossSiteAncestor": .bool(isCrossSite)]
    }
}

/// What makes two cookies the same one in a browser's jar. All of it is hashed, since a hostile state may have ten
/// thousand cookies that differ in any one part; strings compare byte for byte, as Chrome has it.
struct CookieKey: Hashable, Sendable {
    var name: JSONString
    /// Without the dot that goes before it for a cookie of subdomains too.
    var host: JSONString
    var isHostOnly: Bool
    var path: JSONString
    /// Nil when unpartitioned.
    var partition: CookiePartition?

    /// The key of a cookie that is to be set.
    init(name: String, _ place: CookiePlace, _ partition: CookiePartition?) {
        self.name = JSONString(name)
        host = JSONString(place.host)
        isHostOnly = place.isHostOnly
        path = JSONString(place.spelledPath)
        self.partition = partition
    }

    /// The key of a cookie as `Storage.getCookies` answers it; nil when a part is missing.
    init?(stored cookie: JSONValue) {
        guard let name = cookie["name"]?.stringValue, let domain = cookie["domain"]?.stringValue,
            let path = cookie["path"]?.stringValue
        else { return nil }
        self.name = JSONString(name)
        host = JSONString(domain.withoutLeadingDot)
        isHostOnly = !domain.hasPrefix(".")
        self.path = JSONString(path)
        guard let key = cookie["partitionKey"], !key.isNull else { return }
        guard let site = key["topLevelSite"]?.stringValue.flatMap(WebOrigin.init(stored:)) else { return nil }
        partition = CookiePartition(
            scheme: site.scheme,
            host: site.host,
            isCrossSite: key["hasCrossSiteAncestor"]?.boolValue ?? true
        )
    }

    /// The keys under which Chrome may keep this cookie, the likeliest first; a handful, however long the names are.
    ///
    /// What is a registrable domain only Chrome knows, which has the list of public suffixes: so a partition's host is
    /// looked for without its first labels too.
    var kept: [CookieKey] {
        guard let partition else { return [self] }
        let labels = partition.host.split(separator: ".")
        let counts = stride(from: min(labels.count - 1, Self.labels), to: 0, by: -1)
        return [self]
            + counts.map { count in
                var key = self
                key.partition?.host = labels.suffix(count).joined(separator: ".")
                return key
            }
    }

    /// The key Chrome keeps a cookie under whose domain is a public suffix, such as `co.uk`: as one of that host only.
    var forHostOnly: CookieKey {
        var key = self
        key.isHostOnly = true
        return key
    }

    /// How many labels a registrable domain has at most, as far as the list of public suffixes goes.
    private static let labels = 6
}
