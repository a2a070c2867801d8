/// Decides, for one caller after another, whether it may use a Chrome process. Pure: the only value that decides this.
///
/// A process is in one of four states: fresh; bare (driven without a stored session, by known visitors); holding one
/// stored session of one user; or spoiled by an injection that failed.
///
/// Rule 1: no user sees or moves another user's state, tabs or ids.
/// Rule 2: a stored session is injected once for each process, before any client drives the browser with it. Afterwards
/// the pages' own state is newer, and an injection would overwrite a rotated token.
/// Rule 3: a browser that holds a session, even in part, belongs to that session until Chrome restarts.
/// Rule 4: no session is injected into a browser that another user has driven or that any client is driving.
/// Rule 5: a caller drives from the decision that admits it, not from what follows it.
public struct BrowserLedger: Sendable {
    /// What a caller wants to do.
    public enum Use: Sendable, Hashable {
        /// To list the tabs.
        case look
        /// Anything else, until ``BrowserLedger/leave(_:)``.
        case drive
    }

    /// What the proxy must do for a caller.
    public enum Decision: Sendable, Equatable {
        /// Let the caller in. A driving caller counts from now on.
        case admit
        /// Inject the caller's stored session, then call `finish` or `abandon`. Until then every other caller waits.
        case inject
        /// The process is unknown: survey it, then call `learned` or `stayedUnknown`. Until then every other caller
        /// waits.
        case learn
        /// Another caller's injection or survey is running: ask again after it.
        case wait
        /// The browser belongs to another caller.
        case conflict
    }

    private enum State: Sendable {
        case learning
        case fresh
        case bare(BrowserVisitors)
        /// `before` is the state to return to if the injection is given up before it begins.
        indirect case injecting(BrowserHolding, before: State)
        case holding(BrowserHolding)
        case spoiled(BrowserHolding)

        /// Whether no injection and no survey is running, so that the ledger may forget the browser.
        var isSettled: Bool {
            switch self {
            case .learning, .injecting: false
            case .fresh, .bare, .holding, .spoiled: true
            }
        }
    }

    private struct Browser: Sendable {
        let id: String
        var state: State
        var drivers = 0
        /// Whether callers of the process whose place this one took are still driving it.
        var isDrivenElsewhere = false

        /// Whether nobody is driving it.
        var isIdle: Bool { drivers == 0 && !isDrivenElsewhere }
    }

    /// How many browsers without drivers the ledger remembers: a connection may have looked up its id just before a
    /// restart.
    private static let remembered = 8
    private var browsers: [Browser] = []

    /// A ledger that knows no browser.
    public init() {}

    /// Decides for a caller that wants to use the process with this id (the last part of its endpoint's path).
    public mutating func decide(_ id: String, _ claim: BrowserClaim, to use: Use) -> Decision {
        guard let place = browsers.firstIndex(where: { $0.id == id }) else {
            add(Browser(id: id, state: .learning))
            return .learn
        }
        let decision = decide(browsers[place], claim, use)
        switch decision {
        case .admit where use == .drive: drive(place, claim.caller)
        case .inject: beginInjection(place, claim)
        case .admit, .learn, .wait, .conflict: break
        }
        return decision
    }

    private func decide(_ browser: Browser, _ claim: BrowserClaim, _ use: Use) -> Decision {
        switch browser.state {
        case .learning: return .wait
        case .fresh: return use == .drive && claim.session != nil ? .inject : .admit
        case .bare(let visitors):
            guard use == .drive, claim.session != nil else { return visitors.admit(claim.caller) ? .admit : .conflict }
            return visitors.areOnly(claim.caller) && browser.isIdle ? .inject : .conflict
        case .injecting(let holding, _): return holding.admits(claim) ? .wait : .conflict
        case .holding(let holding): return holding.admits(claim) ? .admit : .conflict
        case .spoiled(let holding):
            // A part of the session may be there: only a caller that asks for it by name may go on, and injects it
            // whole.
            guard claim.session != nil, holding.admits(claim) else { return .conflict }
            return use == .drive ? .inject : .admit
        }
    }

    /// Whether a caller may list the tabs, as far as the ledger knows now. It changes nothing.
    public func mayLook(_ id: String, _ claim: BrowserClaim) -> Bool {
        guard let browser = browsers.first(where: { $0.id == id }) else { return false }
        if case .injecting(let holding, _) = browser.state { return holding.admits(claim) }
        return decide(browser, claim, .look) == .admit
    }

    private mutating func drive(_ place: Int, _ caller: BrowserCaller) {
        browsers[place].drivers += 1
        switch browsers[place].state {
        case .fresh: browsers[place].state = .bare(BrowserVisitors([caller]))
        case .bare(let visitors): browsers[place].state = .bare(visitors.adding(caller))
        case .learning, .injecting, .holding, .spoiled: break
        }
    }

    private mutating func beginInjection(_ place: Int, _ claim: BrowserClaim) {
        let before = browsers[place].state
        if case .spoiled(let holding) = before {
            browsers[place].state = .injecting(holding, before: before)
        } else if let holding = BrowserHolding(claim) {
            browsers[place].state = .injecting(holding, before: before)
        }
    }

    private mutating func add(_ browser: Browser) {
        let idle = browsers.indices.filter { browsers[$0].isIdle && browsers[$0].state.isSettled }
        if idle.count >= Self.remembered, let oldest = idle.first { browsers.remove(at: oldest) }
        browsers.append(browser)
    }

    // MARK: - Another process

    /// Whether no survey and no injection is running, so that the ledger may be handed over.
    public var isSettled: Bool { browsers.allSatisfy(\.state.isSettled) }

    /// What the ledger knows, for the ledger of a process that takes this one's place. To be asked while it is settled.
    public var standings: [BrowserStanding] {
        browsers.map { BrowserStanding(id: $0.id, record: record(of: $0.id), isDriven: !$0.isIdle) }
    }

    /// Takes up what the ledger of the process before knows of a browser. It is driven there until ``predecessorLeft()``.
    public mutating func takeOver(_ standing: BrowserStanding) {
        browsers.removeAll { $0.id == standing.id }
        browsers.append(Browser(id: standing.id, state: .learning, isDrivenElsewhere: standing.isDriven))
        learned(standing.id, standing.record)
    }

    /// Notes that no caller of the process before drives any browser.
    public mutating func predecessorLeft() {
        for place in browsers.indices { browsers[place].isDrivenElsewhere = false }
    }

    // MARK: - Results

    /// Notes the result of a survey: the record of the process, or nil when it is fresh.
    public mutating func learned(_ id: String, _ record: BrowserRecord?) {
        let state: State =
            switch record {
            case nil: .fresh
            case .bare(let visitors): .bare(visitors)
            case .holding(let holding): .holding(holding)
            case .injecting(let holding): .spoiled(holding)
            }
        set(id, state)
    }

    /// Notes that the survey failed: the next caller surveys again.
    public mutating func stayedUnknown(_ id: String) {
        browsers.removeAll { $0.id == id }
    }

    /// Notes how the injection ended that `decide` asked for. With `isAccepted`, its caller drives from now on.
    public mutating func finish(_ id: String, isAccepted: Bool) {
        guard let place = browsers.firstIndex(where: { $0.id == id }),
            case .injecting(let holding, _) = browsers[place].state
        else { return }
        browsers[place].state = isAccepted ? .holding(holding) : .spoiled(holding)
        if isAccepted { browsers[place].drivers += 1 }
    }

    /// Notes that the injection was given up before it sent Chrome a command.
    public mutating func abandon(_ id: String) {
        guard let place = browsers.firstIndex(where: { $0.id == id }),
            case .injecting(_, let before) = browsers[place].state
        else { return }
        browsers[place].state = before
    }

    /// Notes that a caller that was admitted to drive has left.
    public mutating func leave(_ id: String) {
        guard let place = browsers.firstIndex(where: { $0.id == id }) else { return }
        browsers[place].drivers -= 1
    }

    private mutating func set(_ id: String, _ state: State) {
        guard let place = browsers.firstIndex(where: { $0.id == id }) else { return }
        browsers[place].state = state
    }

    /// What must be on disk before the caller learns that it may use the browser; nil when nothing must.
    public func record(of id: String) -> BrowserRecord? {
        switch browsers.first(where: { $0.id == id })?.state {
        case nil, .learning, .fresh: nil
        case .bare(let visitors): .bare(visitors)
        case .injecting(let holding, _), .spoiled(let holding): .injecting(holding)
        case .holding(let holding): .holding(holding)
        }
    }
}
