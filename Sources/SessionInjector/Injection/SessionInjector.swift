public import ProxyCore

/// Puts a stored session into a running Chrome, through a connection to its browser endpoint.
///
/// The cookies go in with one call. For localStorage and IndexedDB, which only a page of an origin can set, one hidden
/// target visits the origins; every request it makes is answered here with an empty page, so that none leaves the
/// machine, and service workers are bypassed, which would otherwise answer first. Then everything is read back.
public enum SessionInjector {
    /// Injects `state` and reports what was read back. Never throws: a failure is an outcome.
    ///
    /// No other client may be connected meanwhile (it could attach to the hidden target and hold it). Afterwards no
    /// target is left; one that cannot be closed in time ends with the connection, which the caller closes.
    ///
    /// - Parameters:
    ///   - client: a client of the browser endpoint, used for nothing else.
    ///   - now: tells which cookies have run out.
    ///   - deadline: when to break off. Clearing up after that may take half a second more.
    ///   - onVisit: called after each origin with the number of those visited and of all.
    public static func inject(
        _ state: StorageState,
        over client: CDPClient,
        now: Timestamp,
        deadline: Instant,
        onVisit: (_ visited: Int, _ all: Int) -> Void = { _, _ in }
    ) async -> InjectionReport {
        var plan = InjectionPlan(state, now: now)
        var report = InjectionReport(plan: plan)
        client.setDeadline(deadline)
        let target = HiddenTarget(over: client)
        do throws(CDPError) {
            let asks = plan.spelling.isIncomplete
            if asks {
                try await target.open()
                plan = InjectionPlan(state, now: now, spelling: try await target.spell(plan.spelling))
                report = InjectionReport(plan: plan)
            }
            var jar = CookieInjection(plan.cookies, over: client)
            // Sent now, looked at after the storage: Chrome stores the cookies while it starts a renderer.
            try await jar.begin()
            if !plan.visits.isEmpty {
                if !asks { try await target.open() }
                for (index, visit) in plan.visits.enumerated() {
                    report.add(try await target.restore(visit), of: visit)
                    onVisit(index + 1, plan.visits.count)
                }
            }
            await target.close()
            client.setDeadline(deadline)
            report.cookies.found = try await jar.finish()
            report.outcome = report.isComplete ? .full : .partial
        } catch {
            await target.close()
            report.outcome = .failed(error)
        }
        client.setDeadline(nil)
        return report
    }
}
