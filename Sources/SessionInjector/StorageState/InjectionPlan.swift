import ProxyCore

/// What of a storage state goes into a browser, and in which order: pure, made before the first message is sent.
struct InjectionPlan: Sendable {
    /// One origin to visit.
    struct Visit: Sendable {
        var origin: WebOrigin
        /// The items, each name once: of a repeated one the last, as setting them one by one would leave it.
        var items: [StoredOrigin.Item]
        /// The databases, each name once; nil when the state says nothing of them.
        var databases: [JSONObject]?
    }

    /// The cookies, each key once.
    private(set) var cookies: [CookieParameter] = []
    /// What is left out, by reason.
    private(set) var leftOut = LeftOut()
    /// The origins that have something to store, those of one site one after another.
    private(set) var visits: [Visit] = []
    /// How hosts and paths were taken to be spelled, and which of them only Chrome knows.
    private(set) var spelling: Spelling

    /// Sorts out a state; `now` tells which cookies have run out.
    init(_ state: StorageState, now: Timestamp, spelling: Spelling = Spelling()) {
        self.spelling = spelling
        planCookies(state.cookies, now: now)
        planVisits(state.origins)
    }

    private mutating func planCookies(_ stored: [JSONObject], now: Timestamp) {
        var distinct = LastOfEach<CookieKey, CookieParameter>()
        for cookie in stored {
            do throws(CookieProblem) {
                let parameter = try CookieParameter(cookie, now: now, spelling: &spelling)
                distinct.add(parameter, as: parameter.key)
            } catch {
                leftOut.cookies[error, default: 0] += 1
            }
        }
        cookies = distinct.elements
    }

    private mutating func planVisits(_ origins: [StoredOrigin]) {
        var found = LastOfEach<WebOrigin, VisitInTheMaking>()
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
            found.change(origin, from: VisitInTheMaking(origin: origin)) { $0.add(stored) }
        }
        var sites = LastOfEach<String, [Visit]>()
        for visit in found.elements { sites.change(visit.origin.site, from: []) { $0.append(visit.visit) } }
        visits = sites.elements.flatMap { $0 }
    }
}

/// What all entries of one origin have, the later ones winning.
private struct VisitInTheMaking {
    let origin: WebOrigin
    private var items = LastOfEach<JSONString, StoredOrigin.Item>()
    private var databases: LastOfEach<JSONString, JSONObject>?

    init(origin: WebOrigin) { self.origin = origin }

    mutating func add(_ stored: StoredOrigin) {
        for item in stored.localStorage { items.add(item, as: item.name) }
        guard let stored = stored.indexedDB else { return }
        if databases == nil { databases = LastOfEach() }
        for database in stored {
            guard case .string(let name) = database["name"] else { continue }
            databases?.add(database, as: name)
        }
    }

    var visit: InjectionPlan.Visit {
        InjectionPlan.Visit(origin: origin, items: items.elements, databases: databases?.elements)
    }
}
