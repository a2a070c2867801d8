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
    /// Cookies left out, since no browser keeps them, by reason. They are no shortfall.
    public internal(set) var skippedCookies: [CookieProblem: Int] = [:]
    /// Origins with all of their items and databases.
    public internal(set) var origins = Tally()
    /// Origins left out, since they are no http or https origins. They are no shortfall.
    public internal(set) var skippedOrigins = 0
    /// Items of localStorage, over all origins.
    public internal(set) var items = Tally()
    /// IndexedDB databases, over all origins; one counts as set with all its records.
    public internal(set) var databases = Tally()

    /// The report of an injection that could not begin, for instance because Chrome could not be reached.
    public init(failure: CDPError) {
        outcome = .failed(failure)
    }

    init(plan: InjectionPlan) {
        cookies.wanted = plan.cookies.count
        skippedCookies = plan.skippedCookies
        origins.wanted = plan.visits.count
        skippedOrigins = plan.skippedOrigins
        items.wanted = plan.visits.reduce(0) { $0 + $1.items.count }
        databases.wanted = plan.visits.reduce(0) { $0 + ($1.databases?.count ?? 0) }
    }

    /// The label of the metric `cdp_proxy_injections_total`.
    public var result: String {
        switch outcome {
        case .full: "full"
        case .partial: "partial"
        case .failed: "failed"
        }
    }

    var isComplete: Bool {
        cookies.isComplete && origins.isComplete && items.isComplete && databases.isComplete
    }
}
