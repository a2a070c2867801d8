public import ProxyCore

/// Puts a stored session into a running Chrome, through a connection to its browser endpoint.
///
/// One call sets the cookies. Only a page of an origin can set its localStorage and IndexedDB, so one hidden target
/// visits the origins. The injector answers every request of that target with an empty page, so that none leaves the
/// machine. It bypasses service workers, which would otherwise answer first. Then it reads everything back.
public enum SessionInjector {
    /// Injects `state` and reports what it read back. It never throws: a failure is an outcome of the report.
    ///
    /// No other client may be connected meanwhile, because it could attach to the hidden target and hold it. No target
    /// is left afterwards: if one cannot be closed in time, it ends when the caller closes the connection.
    ///
    /// - Parameters:
    ///   - client: a client of the browser endpoint that serves no other purpose.
    ///   - now: tells which cookies have expired.
    ///   - deadline: when to stop. Closing the target may take half a second more (`HiddenTarget.closingTime`).
    ///   - onVisit: called after each origin with the number of visited origins and of all.
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
            let needsSpelling = plan.spelling.isIncomplete
            if needsSpelling {
                try await target.open()
                plan = InjectionPlan(state, now: now, spelling: try await target.spell(plan.spelling))
                report = InjectionReport(plan: plan)
            }
            var jar = CookieInjection(plan.cookies, over: client)
            // Send the cookies now and read the answer after the visits: Chrome stores them while it starts a renderer.
            try await jar.begin()
            if !plan.visits.isEmpty {
                if !needsSpelling { try await target.open() }
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
