public import ProxyCore

/// The contents of a storage state in numbers, for operators who must not see its values.
public struct SessionSummary: Sendable, Equatable {
    /// All cookies, including those that an injection would leave out.
    public let cookies: Int
    /// Origins that have something to store.
    public let origins: Int
    /// Items of localStorage.
    public let items: Int
    /// IndexedDB databases.
    public let databases: Int
    /// What an injection would leave out, by reason.
    public let leftOut: Omissions
    /// The number of cookies of each registrable domain that has more than `cookiesPerDomain`.
    public let crowdedDomains: [String: Int]
    /// Whether the state has neither `cookies` nor `origins`.
    public let isBare: Bool

    /// Chrome keeps this many cookies of a registrable domain, and drops the least recently used ones beyond it.
    public static let cookiesPerDomain = 180

    /// Counts the contents of a state. `now` tells which cookies have expired.
    public init(of state: StorageState, now: Timestamp) {
        let plan = InjectionPlan(state, now: now)
        cookies = state.cookies.count
        leftOut = plan.leftOut
        origins = plan.visits.count
        items = plan.visits.reduce(0) { $0 + $1.items.count }
        databases = plan.visits.reduce(0) { $0 + ($1.databases?.count ?? 0) }
        isBare = state.isBare
        var count: [String: Int] = [:]
        for cookie in plan.cookies {
            let domain = cookie.domain.withoutLeadingDot
            count[WebOrigin(stored: "https://\(domain)")?.registrableDomain ?? domain, default: 0] += 1
        }
        crowdedDomains = count.filter { $0.value > Self.cookiesPerDomain }
    }

    /// The numbers as JSON.
    public var json: JSONValue {
        [
            "cookies": JSONValue(cookies), "skipped_cookies": Self.json(leftOut.cookies),
            "origins": JSONValue(origins), "items": JSONValue(items), "databases": JSONValue(databases),
            "skipped_origins": JSONValue(leftOut.origins.values.reduce(0, +)),
            "skipped_storage": Self.json(leftOut.storage),
        ]
    }

    /// Sentences for the user who stores the state: what it holds, and what of it will not reach a browser.
    public var remarks: [String] {
        ["\(cookies) cookies, \(items) localStorage items and \(databases) databases in \(origins) origins."] + warnings
    }

    /// What of the state will not reach a browser, one sentence each. They quote domains, and no other name or value.
    public var warnings: [String] {
        var lines: [String] = []
        if isBare { lines.append("It has neither cookies nor origins: is it a storageState?") }
        lines += Self.sentences(leftOut.cookies, "of the cookies cannot be injected")
        lines += Self.sentences(leftOut.origins, "of the origins cannot be injected")
        lines += Self.sentences(leftOut.storage, "parts of the origins' storage cannot be injected")
        for (domain, count) in crowdedDomains.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "Warning: \(domain) has \(count) cookies; Chrome keeps \(Self.cookiesPerDomain), so some will be missing."
            )
        }
        return lines
    }

    /// The hosts that have cookies or storage in the state, each once, sorted.
    public static func domains(of state: StorageState) -> [String] {
        let ofCookies = state.cookies.compactMap { cookie in
            cookie["domain"]?.stringValue.map { String(decoding: $0.utf8.prefix(254), as: UTF8.self).lowercased() }?
                .withoutLeadingDot ?? cookie["url"]?.stringValue.flatMap(WebOrigin.init(stored:))?.host
        }
        let ofOrigins = state.origins.compactMap { $0.origin.flatMap(WebOrigin.init(stored:))?.host }
        return Set(ofCookies + ofOrigins).filter { !$0.isEmpty && !$0.contains(",") }.sorted()
    }

    private static func json<Problem: RawRepresentable<String>>(_ counts: [Problem: Int]) -> JSONValue {
        let sorted = counts.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
        return .object(JSONObject(sorted.map { (JSONString($0.0), JSONValue($0.1)) }))
    }

    private static func sentences<Problem: RawRepresentable<String>>(
        _ counts: [Problem: Int],
        _ what: String
    ) -> [String] {
        counts.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }.map { "\($1) \(what): \($0)." }
    }
}
