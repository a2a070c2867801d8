import ProxyCore

/// The partition of a cookie: the top-level site, and whether a cross-site ancestor lies between.
struct CookiePartition: Hashable, Sendable {
    var scheme: String
    /// The site's host. Chrome keeps only its registrable domain.
    var host: String
    var isCrossSite: Bool

    /// The partition in the object form of CDP.
    var parameter: JSONValue {
        ["topLevelSite": JSONValue("\(scheme)://\(host)"), "hasCrossSiteAncestor": .bool(isCrossSite)]
    }
}
