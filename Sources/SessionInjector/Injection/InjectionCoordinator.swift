/// Lets one connection inject while the others wait. Lives in one isolation, the server's: it has no lock, and every
/// await in it may be passed by others only at the points that say so.
public final class InjectionCoordinator {
    /// What a connection is told.
    public enum Admission: Sendable, Equatable {
        /// Go on; the report is of the injection that is in the browser, if any.
        case admitted(InjectionReport?)
        /// The browser belongs to another session (409).
        case conflict
        /// The injection fell short or failed, and that counts (502).
        case refused(InjectionReport)
    }

    /// What an injection that did not succeed in full leads to (`CDP_PROXY_INJECT_FAILURE`).
    public enum FailurePolicy: String, Sendable {
        /// The connection is refused; the next one tries again.
        case closed
        /// The connection goes on with what there is.
        case open
    }

    private struct Attempt {
        var browser: String
        var claim: InjectionClaim
        var admission: Admission
    }

    private let failurePolicy: FailurePolicy
    private var ledger = InjectionLedger()
    private var waiting: [CheckedContinuation<Attempt?, Never>] = []
    /// How many attempts have finished.
    private var finished = 0

    /// How many connections wait for another's injection.
    var waitingCount: Int { waiting.count }

    /// Nothing is injected yet.
    public init(failurePolicy: FailurePolicy) {
        self.failurePolicy = failurePolicy
    }

    /// Returns when the browser may be driven, or why it may not. Calls `inject` when it is this connection's turn to
    /// put the session in; those that ask for the same one meanwhile share its result.
    ///
    /// - Parameters:
    ///   - browser: the id of the browser process, as in `/devtools/browser/ID`.
    ///   - claim: what the connection wants of it.
    ///   - isDriven: whether other clients are connected to it now; asked again after each wait.
    ///   - inject: has a deadline of its own, since others wait for it.
    public func admit(
        browser: String,
        _ claim: InjectionClaim,
        isDriven: () -> Bool,
        inject: () async -> InjectionReport
    ) async -> Admission {
        while true {
            switch ledger.decide(browser: browser, claim, isDriven: isDriven()) {
            case .admit(let report): return .admitted(report)
            case .conflict: return .conflict
            case .inject: return finish(browser, claim, await inject())
            case .wait:
                guard let attempt = await nextAttempt(after: finished) else { continue }
                // A failure is everyone's who waited for it: ten connections in a row shall not wait ten deadlines.
                if attempt.browser == browser, attempt.claim == claim { return attempt.admission }
            }
        }
    }

    /// Waits for an attempt to finish; nil when one has since `count` were.
    private func nextAttempt(after count: Int) async -> Attempt? {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: on the way into this closure others may have their turn.
            guard count == finished else { return continuation.resume(returning: nil) }
            waiting.append(continuation)
        }
    }

    private func finish(_ browser: String, _ claim: InjectionClaim, _ report: InjectionReport) -> Admission {
        let isAccepted = report.outcome == .full || failurePolicy == .open
        ledger.finish(browser: browser, claim, report: report, isAccepted: isAccepted)
        let admission: Admission = isAccepted ? .admitted(report) : .refused(report)
        finished += 1
        let told = waiting
        waiting = []
        for continuation in told {
            continuation.resume(returning: Attempt(browser: browser, claim: claim, admission: admission))
        }
        return admission
    }
}
