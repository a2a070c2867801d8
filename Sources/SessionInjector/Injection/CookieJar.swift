import ProxyCore

/// The cookies Chrome has, as `Storage.getCookies` answers them.
struct CookieJar {
    private var values: [CookieKey: String] = [:]

    /// Reads the answer; what in it is no cookie is left out.
    init(_ answer: JSONValue) {
        for cookie in answer["cookies"]?.arrayValue ?? [] {
            guard let key = CookieKey(stored: cookie), let value = cookie["value"]?.stringValue else { continue }
            values[key] = value
        }
    }

    /// How many of the cookies that were set, in this order, are kept. Of several that are one to Chrome (it has a site of
    /// `www.shop.example` and one of `shop.example` for the same) the last one's value counts for all of them.
    func count(_ cookies: [CookieParameter]) -> Int {
        let keys = cookies.map { keptKey(of: $0) }
        var last: [CookieKey: String] = [:]
        for (cookie, key) in zip(cookies, keys) { if let key { last[key] = cookie.value } }
        return keys.count { key in
            guard let key, let value = last[key] else { return false }
            return values[key]?.hasSameBytes(as: value) == true
        }
    }

    private func keptKey(of cookie: CookieParameter) -> CookieKey? {
        for key in cookie.key.kept {
            if values[key] != nil { return key }
            guard !cookie.key.isHostOnly, values[key.forHostOnly]?.hasSameBytes(as: cookie.value) == true else {
                continue
            }
            return key.forHostOnly
        }
        return nil
    }
}
