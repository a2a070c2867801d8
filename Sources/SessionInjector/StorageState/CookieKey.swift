import ProxyCore

/// The identity of a cookie in a browser's jar. Every part is hashed, since a hostile state may have ten thousand
/// cookies that differ in one part only. Strings compare byte for byte, as in Chrome.
struct CookieKey: Hashable, Sendable {
    var name: JSONString
    /// Without the leading dot that also gives the cookie to subdomains.
    var host: JSONString
    var isHostOnly: Bool
    var path: JSONString
    /// Nil when unpartitioned.
    var partition: CookiePartition?

    /// The key of a cookie that is going to be set.
    init(name: String, _ scope: CookieScope, _ partition: CookiePartition?) {
        self.name = JSONString(name)
        host = JSONString(scope.host)
        isHostOnly = scope.isHostOnly
        path = JSONString(scope.spelledPath)
        self.partition = partition
    }

    /// The key of a cookie as `Storage.getCookies` lists it; nil when a part is missing.
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

    /// The keys under which Chrome may keep this cookie, the likeliest first: at most `mostDomainLabels` + 1.
    ///
    /// Only Chrome knows the registrable domain, since it has the list of public suffixes. So the partition's host is
    /// also tried without its first labels.
    var storedCandidates: [CookieKey] {
        guard let partition else { return [self] }
        let labels = partition.host.split(separator: ".")
        let counts = stride(from: min(labels.count - 1, Self.mostDomainLabels), to: 0, by: -1)
        return [self]
            + counts.map { count in
                var key = self
                key.partition?.host = labels.suffix(count).joined(separator: ".")
                return key
            }
    }

    /// The key under which Chrome keeps a cookie whose domain is a public suffix, such as `co.uk`: host-only.
    var hostOnly: CookieKey {
        var key = self
        key.isHostOnly = true
        return key
    }

    /// The most labels of a registrable domain in the list of public suffixes.
    private static let mostDomainLabels = 6
}
