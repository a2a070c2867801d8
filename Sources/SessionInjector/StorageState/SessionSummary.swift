public import ProxyCore

/// What a storage state holds, in numbers: for people who must not see its values.
public struct SessionSummary: Sendable, Equatable {
    /// All cookies, those included that would be left out.
    public let cookies: Int
    /// Cookies that would be left out when injected, by reason.
    public let skippedCookies: [CookieProblem: Int]
    /// Origins that have something to store.
    public let origins: Int
    /// Items of localStorage.
    public let items: Int
    /// IndexedDB databases.
    public let databases: Int
    /// Origins left out, since they are no http or https origins.
    public let skippedOrigins: Int
    /// Registrable domains with more cookies than Chrome keeps for one, and how many they have.
    public let crowdedDomains: [String: Int]

    /// Chrome keeps this many cookies of a registrable domain; beyond it drops those least recently used.
    public static let cookiesPerDomain = 180

    /// Counts; `now` in seconds since 1970 tells which cookies have run out.
    public init(of state: StorageState, now: Double) {
        let plan = InjectionPlan(state, now: now)
        cookies = state.cookies.count
        skippedCookies = plan.skippedCookies
        origins = plan.visits.count
        items = plan.visits.reduce(0) { $0 + $1.items.count }
        databases = plan.visits.reduce(0) { $0 + ($1.databases?.count ?? 0) }
        skippedOrigins = plan.skippedOrigins
        var count: [String: Int] = [:]
        for cookie in plan.cookies {
            let domain = cookie.key.domain
            count[WebOrigin("https://\(domain)")?.registrableDomain ?? domain, default: 0] += 1
        }
        crowdedDomains = count.filter { $0.value > Self.cookiesPerDomain }
    }

    /// The numbers as JSON.
    public var json: JSONValue {
        let skipped = skippedCookies.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
        return [
            "cookies": JSONValue(cookies),
            "skipped_cookies": .object(JSONObject(skipped.map { (JSONString($0.0), JSONValue($0.1)) })),
            "origins": JSONValue(origins), "items": JSONValue(items), "databases": JSONValue(databases),
            "skipped_origins": JSONValue(skippedOrigins),
        ]
    }

    /// Sentences for whoever stores the state: what it holds, and what of it will not reach a browser.
    public var remarks: [String] {
        var lines = [
            "\(cookies) cookies, \(items) localStorage items and \(databases) databases in \(origins) origins."
        ]
        for (problem, count) in skippedCookies.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("\(count) of the cookies cannot be injected: \(problem.rawValue).")
        }
        if skippedOrigins > 0 { lines.append("\(skippedOrigins) of the origins are no http or https origins.") }
        for (domain, count) in crowdedDomains.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "Warning: \(domain) has \(count) cookies; Chrome keeps \(Self.cookiesPerDomain), so some will be missing."
            )
        }
        return lines
    }

    /// The hosts a state has cookies or storage of, each once, sorted.
    public static func domains(of state: StorageState) -> [String] {
        let ofCookies = state.cookies.compactMap { $0["domain"]?.stringValue?.lowercased().withoutLeadingDot }
        let ofOrigins = state.origins.compactMap { WebOrigin($0.origin)?.host }
        return Set(ofCookies + ofOrigins).filter { !$0.isEmpty && !$0.contains(",") }.sorted()
    }
}
