import ProxyCore

/// The cookies Chrome holds, as `Storage.getCookies` lists them.
struct CookieJar {
    private var values: [CookieKey: String] = [:]

    /// Reads the answer and ignores the elements that are not cookies.
    init(_ answer: JSONValue) {
        for cookie in answer["cookies"]?.arrayValue ?? [] {
            guard let key = CookieKey(stored: cookie), let value = cookie["value"]?.stringValue else { continue }
            values[key] = value
        }
    }

    /// Counts the given cookies that Chrome holds, in the order in which they were set. Chrome can take several of them
    /// for one: to it, the partitions `www.shop.example` and `shop.example` are the same site. Then each counts as held
    /// if the last one's value is.
    func count(_ cookies: [CookieParameter]) -> Int {
        let keys = cookies.map { storedKey(of: $0) }
        var last: [CookieKey: String] = [:]
        for (cookie, key) in zip(cookies, keys) { if let key { last[key] = cookie.value } }
        return keys.count { key in
            guard let key, let value = last[key] else { return false }
            return values[key]?.hasSameBytes(as: value) == true
        }
    }

    private func storedKey(of cookie: CookieParameter) -> CookieKey? {
        for key in cookie.key.storedCandidates {
            if values[key] != nil { return key }
            guard !cookie.key.isHostOnly, values[key.hostOnly]?.hasSameBytes(as: cookie.value) == true else {
                continue
            }
            return key.hostOnly
        }
        return nil
    }
}
