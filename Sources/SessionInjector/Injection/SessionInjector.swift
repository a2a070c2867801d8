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
    ///   - now: seconds since 1970; tells which cookies have run out.
    ///   - deadline: when to break off. Clearing up after that may take half a second more.
    public static func inject(
        _ state: StorageState,
        over client: CDPClient,
        now: Double,
        deadline: Instant
    ) async -> InjectionReport {
        let plan = InjectionPlan(state, now: now)
        var report = InjectionReport(plan: plan)
        client.setDeadline(deadline)
        do throws(CDPError) {
            try await inject(plan, over: client, deadline: deadline, into: &report)
            report.outcome = report.isComplete ? .full : .partial
        } catch {
            report.outcome = .failed(error)
        }
        client.setDeadline(nil)
        return report
    }

    private static func inject(
        _ plan: InjectionPlan,
        over client: CDPClient,
        deadline: Instant,
        into report: inout InjectionReport
    ) async throws(CDPError) {
        var jar = CookieInjection(plan.cookies, over: client)
        // Sent now, looked at after the storage: Chrome stores the cookies while it starts a renderer.
        try await jar.begin()
        if !plan.visits.isEmpty {
            let target = HiddenTarget(over: client)
            do throws(CDPError) {
                try await target.open()
                for visit in plan.visits { report.add(try await target.restore(visit), of: visit) }
            } catch {
                await target.close()
                throw error
            }
            await target.close()
            client.setDeadline(deadline)
        }
        report.cookies.found = try await jar.finish()
    }
}

extension InjectionReport {
    fileprivate mutating func add(_ outcome: RestoreScript.Outcome?, of visit: InjectionPlan.Visit) {
        guard let outcome else { return }
        items.found += outcome.items
        databases.found += outcome.databases
        if outcome.items == visit.items.count && outcome.databases == visit.databases?.count ?? 0 { origins.found += 1 }
    }
}
