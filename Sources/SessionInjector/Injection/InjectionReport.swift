/// What an injection did. Counts only: no name, value or origin of the state stands in it.
public struct InjectionReport: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: Equatable, Sendable {
        /// Everything that was wanted was read back.
        case full
        /// It ran to its end, and something that was wanted is not there.
        case partial
        /// It broke off.
        case failed(CDPError)
    }

    /// Something to be set, and how much of it was found afterwards.
    public struct Tally: Sendable, Equatable {
        /// How many were to be set.
        public var wanted = 0
        /// How many of those were read back as wanted.
        public var found = 0

        /// Whether none is missing.
        public var isComplete: Bool { found == wanted }
    }

    /// How it ended.
    public internal(set) var outcome = Outcome.full
    /// Cookies that a browser can keep.
    public internal(set) var cookies = Tally()
    /// Origins that Chrome opens, with all of their items and databases.
    public internal(set) var origins = Tally()
    /// Items of localStorage, over all origins.
    public internal(set) var items = Tally()
    /// IndexedDB databases, over all origins; one counts as set with all its records.
    public internal(set) var databases = Tally()
    /// What was left out, since no browser keeps or opens it, by reason. It is no shortfall.
    public internal(set) var leftOut = LeftOut()
    /// Databases that are not as the state has them, by reason.
    public internal(set) var databaseProblems: [DatabaseProblem: Int] = [:]

    /// The report of an injection that could not begin, for instance because Chrome could not be reached.
    public init(failure: CDPError) {
        outcome = .failed(failure)
    }

    init(plan: InjectionPlan) {
        cookies.wanted = plan.cookies.count
        origins.wanted = plan.visits.count
        items.wanted = plan.visits.reduce(0) { $0 + $1.items.count }
        databases.wanted = plan.visits.reduce(0) { $0 + ($1.databases?.count ?? 0) }
        leftOut = plan.leftOut
    }

    /// The label of the metric `cdp_proxy_injections_total`.
    public var result: String {
        switch outcome {
        case .full: "full"
        case .partial: "partial"
        case .failed: "failed"
        }
    }

    /// For a log line, why databases are missing: `blocked 1, failed 2`; empty when none is.
    public var databaseSummary: String {
        databaseProblems.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
    }

    var isComplete: Bool {
        cookies.isComplete && origins.isComplete && items.isComplete && databases.isComplete
    }
}

extension InjectionReport {
    /// Adds what came of a visit.
    mutating func add(_ result: HiddenTarget.Result, of visit: InjectionPlan.Visit) {
        switch result {
        case .restored(let outcome):
            items.found += outcome.items
            databases.found += outcome.databases
            for (problem, count) in outcome.problems { databaseProblems[problem, default: 0] += count }
            let isWhole = outcome.items == visit.items.count && outcome.databases == visit.databases?.count ?? 0
            if isWhole && outcome.problems.isEmpty { origins.found += 1 }
        case .leftOut(let problem):
            // No page of this browser will see the origin: nothing of it can be missed.
            leftOut.origins[problem, default: 0] += 1
            origins.wanted -= 1
            items.wanted -= visit.items.count
            databases.wanted -= visit.databases?.count ?? 0
        case .missing:
            break
        }
    }
}
