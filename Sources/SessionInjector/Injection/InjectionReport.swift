/// What an injection did, in counts only: it holds no name, value or origin of the state.
public struct InjectionReport: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: Equatable, Sendable {
        /// The browser holds everything the plan wanted.
        case full
        /// The injection ran to its end, and something the plan wanted is missing.
        case partial
        /// The injection stopped early.
        case failed(CDPError)
    }

    /// How many of something were to be set, and how many of them were read back.
    public struct Tally: Sendable, Equatable {
        /// How many were to be set.
        public var wanted = 0
        /// How many of those the browser holds as wanted.
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
    /// IndexedDB databases, over all origins. A database counts as found with all its records.
    public internal(set) var databases = Tally()
    /// What the injector left out, by reason, because no browser keeps or opens it. It is no shortfall.
    public internal(set) var leftOut = Omissions()
    /// Databases that differ from the state, by reason.
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

    /// Why databases are missing, for a log line: `blocked 1, failed 2`; empty when none is.
    public var databaseSummary: String {
        databaseProblems.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
    }

    var isComplete: Bool {
        cookies.isComplete && origins.isComplete && items.isComplete && databases.isComplete
    }
}

extension InjectionReport {
    /// Adds the result of a visit.
    mutating func add(_ result: HiddenTarget.Result, of visit: InjectionPlan.Visit) {
        switch result {
        case .restored(let outcome):
            items.found += outcome.items
            databases.found += outcome.databases
            for (problem, count) in outcome.problems { databaseProblems[problem, default: 0] += count }
            let isWhole = outcome.items == visit.items.count && outcome.databases == visit.databases?.count ?? 0
            if isWhole && outcome.problems.isEmpty { origins.found += 1 }
        case .leftOut(let problem):
            // No page of this browser can open the origin, so none can miss its storage.
            leftOut.origins[problem, default: 0] += 1
            origins.wanted -= 1
            items.wanted -= visit.items.count
            databases.wanted -= visit.databases?.count ?? 0
        case .missing:
            break
        }
    }
}
