import ProxyCore

/// What of a storage state goes into a browser, and in which order: pure, made before the first message is sent.
struct InjectionPlan: Sendable {
    /// One origin to visit.
    struct Visit: Sendable {
        var origin: WebOrigin
        /// The items, each name once: of a repeated one the last, as setting them one by one would leave it.
        var items: [StoredOrigin.Item]
        var databases: [JSONObject]?
    }

    /// The cookies, each key once.
    var cookies: [CookieParameter] = []
    /// How many cookies are left out, by reason.
    var skippedCookies: [CookieProblem: Int] = [:]
    /// The origins that have something to store, those of one site one after another.
    var visits: [Visit] = []
    /// How many origins with something to store are no http or https origin.
    var skippedOrigins = 0

    /// Sorts out a state; `now` in seconds since 1970 tells which cookies have run out.
    init(_ state: StorageState, now: Double) {
        planCookies(state.cookies, now: now)
        planVisits(state.origins)
    }

    private mutating func planCookies(_ stored: [JSONObject], now: Double) {
        var places: [CookieParameter.Key: Int] = [:]
        for cookie in stored {
            do throws(CookieProblem) {
                let parameter = try CookieParameter(cookie, now: now)
                if let place = places[parameter.key] {
                    cookies[place] = parameter
                } else {
                    places[parameter.key] = cookies.count
                    cookies.append(parameter)
                }
            } catch {
                skippedCookies[error, default: 0] += 1
            }
        }
    }

    private mutating func planVisits(_ origins: [StoredOrigin]) {
        var found: [WebOrigin: Visit] = [:]
        var sites: [String] = []
        var originsOfSite: [String: [WebOrigin]] = [:]
        for stored in origins where !stored.localStorage.isEmpty || stored.indexedDB?.isEmpty == false {
            guard let origin = WebOrigin(stored.origin) else {
                skippedOrigins += 1
                continue
            }
            if found[origin] == nil {
                if originsOfSite[origin.site] == nil { sites.append(origin.site) }
                originsOfSite[origin.site, default: []].append(origin)
            }
            found[origin] = Visit(
                origin: origin,
                items: Self.distinct(stored.localStorage),
                databases: stored.indexedDB
            )
        }
        visits = sites.flatMap { originsOfSite[$0] ?? [] }.compactMap { found[$0] }
    }

    private static func distinct(_ items: [StoredOrigin.Item]) -> [StoredOrigin.Item] {
        var places: [JSONString: Int] = [:]
        var result: [StoredOrigin.Item] = []
        for item in items {
            if let place = places[item.name] {
                result[place] = item
            } else {
                places[item.name] = result.count
                result.append(item)
            }
        }
        return result
    }
}
