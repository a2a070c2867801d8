import ProxyCore

/// The parts of a storage state that go into a browser, in order. Pure, and made before the first message is sent.
struct InjectionPlan: Sendable {
    /// One origin to visit.
    struct Visit: Sendable {
        var origin: WebOrigin
        /// The items, each name once. A repeated name has its last value, as if a page had set them one by one.
        var items: [StoredOrigin.Item]
        /// The databases, each name once; nil when the state has no `indexedDB` list for the origin.
        var databases: [JSONObject]?
    }

    /// The cookies, each key once.
    private(set) var cookies: [CookieParameter] = []
    /// What is left out, by reason.
    private(set) var leftOut = Omissions()
    /// The origins that have something to store. Origins of one site follow one another, since one renderer serves
    /// them.
    private(set) var visits: [Visit] = []
    /// The spelling of hosts and paths that the plan assumes, and those that only Chrome knows.
    private(set) var spelling: ChromeSpelling

    /// Plans a state. `now` tells which cookies have expired.
    init(_ state: StorageState, now: Timestamp, spelling: ChromeSpelling = ChromeSpelling()) {
        self.spelling = spelling
        planCookies(state.cookies, now: now)
        planVisits(state.origins)
    }

    private mutating func planCookies(_ stored: [JSONObject], now: Timestamp) {
        var distinct = OrderedDictionary<CookieKey, CookieParameter>()
        for cookie in stored {
            do throws(CookieProblem) {
                let parameter = try CookieParameter(cookie, now: now, spelling: &spelling)
                distinct.set(parameter, for: parameter.key)
            } catch {
                leftOut.cookies[error, default: 0] += 1
            }
        }
        cookies = distinct.values
    }

    private mutating func planVisits(_ origins: [StoredOrigin]) {
        var found = OrderedDictionary<WebOrigin, VisitBuilder>()
        for stored in origins {
            for (problem, count) in stored.problems { leftOut.storage[problem, default: 0] += count }
            guard !stored.localStorage.isEmpty || stored.indexedDB?.isEmpty == false else { continue }
            guard let written = stored.origin else {
                leftOut.origins[.missing, default: 0] += 1
                continue
            }
            guard let origin = WebOrigin(stored: written)?.spelled(by: &spelling) else {
                leftOut.origins[.scheme, default: 0] += 1
                continue
            }
            found.update(origin, startingFrom: VisitBuilder(origin: origin)) { $0.add(stored) }
        }
        var sites = OrderedDictionary<String, [Visit]>()
        for visit in found.values { sites.update(visit.origin.site, startingFrom: []) { $0.append(visit.visit) } }
        visits = sites.values.flatMap { $0 }
    }
}

/// Collects all entries of one origin; later ones win.
private struct VisitBuilder {
    let origin: WebOrigin
    private var items = OrderedDictionary<JSONString, StoredOrigin.Item>()
    private var databases: OrderedDictionary<JSONString, JSONObject>?

    init(origin: WebOrigin) { self.origin = origin }

    mutating func add(_ stored: StoredOrigin) {
        for item in stored.localStorage { items.set(item, for: item.name) }
        guard let stored = stored.indexedDB else { return }
        if databases == nil { databases = OrderedDictionary() }
        for database in stored {
            guard case .string(let name) = database["name"] else { continue }
            databases?.set(database, for: name)
        }
    }

    var visit: InjectionPlan.Visit {
        InjectionPlan.Visit(origin: origin, items: items.values, databases: databases?.values)
    }
}
