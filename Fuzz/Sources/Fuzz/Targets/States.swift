import ProxyCore

@testable import SessionInjector

extension FuzzTarget {
    /// Stored sessions: what of a storage state would be injected.
    static let states = FuzzTarget(name: "states", longest: 4096) { bytes throws(Violation) in
        guard let state = try? StorageState(parsing: bytes) else { return }
        let again = try? StorageState(parsing: state.serialized())
        try expect(again, equals: state, "a state written back reads the same")
        let plan = InjectionPlan(state, now: now)
        try checkCookies(plan, state)
        try checkVisits(plan, state)
        try checkSpelling(plan, state)
        try checkSummary(plan, state)
    }

    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    private static func checkCookies(_ plan: InjectionPlan, _ state: StorageState) throws(Violation) {
        let leftOut = plan.leftOut.cookies.values.reduce(0, +)
        try expect(plan.cookies.count + leftOut <= state.cookies.count, "no cookie is made up")
        try expect(plan.cookies.isEmpty == (leftOut == state.cookies.count), "a cookie that is not left out is set")
        try expect(Set(plan.cookies.map(\.key)).count, equals: plan.cookies.count, "each cookie is set once")
        for cookie in plan.cookies {
            let (name, value) = (cookie.parameter["name"]?.stringValue ?? "", cookie.value)
            try expect(name.utf8.count + value.utf8.count <= 4096, "a cookie is no longer than browsers keep")
            let isText = (name + value).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ";") }
            try expect(isText && !name.utf8.contains(UInt8(ascii: "=")), "a cookie has no byte that ends one")
            try expect(cookie.parameter["domain"]?.stringValue, equals: cookie.domain, "a cookie has its domain")
            try expect(!cookie.domain.withoutLeadingDot.isEmpty, "a cookie has a host")
            try expect(
                cookie.parameter["path"]?.stringValue?.hasPrefix("/"),
                equals: true,
                "a path begins with a slash"
            )
            if let expires = cookie.parameter["expires"]?.doubleValue {
                try expect(expires > now.secondsSince1970, "none has expired")
            }
            try checkAgain(cookie)
        }
    }

    /// A cookie that is set as it was read back is the same cookie.
    private static func checkAgain(_ cookie: CookieParameter) throws(Violation) {
        guard var object = cookie.parameter.objectValue else { return }
        // Beyond 10¹¹ seconds a time is taken for milliseconds.
        if let expires = object["expires"]?.doubleValue, expires > 1e11 { object["expires"] = nil }
        var spelling = ChromeSpelling()
        let again: CookieParameter
        do throws(CookieProblem) {
            again = try CookieParameter(object, now: now, spelling: &spelling)
        } catch {
            throw Violation(property: "a cookie that was accepted is accepted again, not: \(error)")
        }
        try expect(again.parameter, equals: .object(object), "a cookie that is read again is set the same")
        try expect(again.key, equals: cookie.key, "a cookie that is read again has the same key")
    }

    private static func checkVisits(_ plan: InjectionPlan, _ state: StorageState) throws(Violation) {
        let origins = plan.visits.map(\.origin)
        try expect(Set(origins).count, equals: origins.count, "each origin is visited once")
        let sites = origins.map(\.site)
        let runs = zip(sites, sites.dropFirst()).count { $0 != $1 } + (sites.isEmpty ? 0 : 1)
        try expect(runs, equals: Set(sites).count, "the origins of a site are visited one after another")
        for visit in plan.visits {
            try expect(
                WebOrigin(stored: visit.origin.description),
                equals: visit.origin,
                "an origin written back is the same"
            )
            try expect(Set(visit.items.map(\.name)).count, equals: visit.items.count, "each item is set once")
            let items = state.origins.reduce(0) { $0 + $1.localStorage.count }
            try expect(visit.items.count <= items, "no item is made up")
            let script = RestoreScript.evaluation(for: visit)
            try expect(try? JSONValue.parse(script.serialized()), equals: script, "a script is written as JSON")
        }
    }

    /// Chrome is asked once: its answer leaves nothing unknown.
    private static func checkSpelling(_ plan: InjectionPlan, _ state: StorageState) throws(Violation) {
        let asked = plan.spelling
        try expect(Set(asked.unknownHosts).count, equals: asked.unknownHosts.count, "Chrome is asked once for a host")
        try expect(Set(asked.unknownPaths).count, equals: asked.unknownPaths.count, "Chrome is asked once for a path")
        let known = ChromeSpelling(of: asked, hosts: asked.unknownHosts.map { $0 }, paths: asked.unknownPaths)
        let same = InjectionPlan(state, now: now, spelling: known)
        try expect(!same.spelling.isIncomplete, "an answer leaves nothing to ask")
        try expect(same.cookies, equals: plan.cookies, "an answer that changes nothing changes no cookie")
        try expect(same.visits.map(\.origin), equals: plan.visits.map(\.origin), "nor an origin")
        let none = ChromeSpelling(of: asked, hosts: asked.unknownHosts.map { _ in nil }, paths: asked.unknownPaths)
        let fewer = InjectionPlan(state, now: now, spelling: none)
        try expect(fewer.cookies.count <= plan.cookies.count, "a host that is none adds no cookie")
    }

    private static func checkSummary(_ plan: InjectionPlan, _ state: StorageState) throws(Violation) {
        let summary = SessionSummary(of: state, now: now)
        try expect(summary.cookies, equals: state.cookies.count, "a summary counts all cookies")
        try expect(summary.origins, equals: plan.visits.count, "a summary counts the visits")
        try expect(summary.leftOut, equals: plan.leftOut, "a summary says what is left out")
        let domains = SessionSummary.domains(of: state)
        try expect(domains, equals: Set(domains).sorted(), "each domain is named once, in order")
        try expect(domains.allSatisfy { !$0.isEmpty && !$0.contains(",") }, "a list of domains can be joined by commas")
        try expect(try? JSONValue.parse(summary.json.serialized()), equals: summary.json, "a summary is JSON")
    }
}
