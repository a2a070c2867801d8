/// Whose browser it is: decides, for one caller after another, whether they may use a Chrome process. Pure; the one value
/// that says so.
///
/// A process is in one of four states: fresh; bare (driven without a stored session, by the visitors that are known);
/// holding one stored session of one user; or spoiled by an injection that did not end well.
///
/// Rule 1: one user's state, tabs and ids are never seen or moved by another.
/// Rule 2: a stored session goes in once for each process, and before anyone drives it with that session, since later the
/// pages' own state is newer than the stored one (a rotated token must not be overwritten).
/// Rule 3: a browser that holds a session, whole or not, is that session's until Chrome is restarted.
/// Rule 4: nobody's session is put into a browser that another has driven, or that anybody drives now.
/// Rule 5: driving begins with the decision that admits, not with what follows from it.
public struct BrowserLedger: Sendable {
    /// What a caller wants to do.
    public enum Use: Sendable, Hashable {
        /// To see which tabs there are.
        case look
        /// Everything else. It is at an end when ``BrowserLedger/leave(_:)`` says so.
        case drive
    }

    /// What is to be done for a caller.
    public enum Decision: Sendable, Equatable {
        /// Let them in. Who drives is counted from now on.
        case admit
        /// Put their stored session in, then call `finish` or `abandon`. Until then everyone else waits.
        case inject
        /// Nothing is known of this process: find out, then call `learned` or `stayedUnknown`. Until then everyone else
        /// waits.
        case learn
        /// Somebody injects or finds out: ask again when they have finished.
        case wait
        /// The browser is somebody else's.
        case conflict
    }

    private enum State: Sendable {
        case learning
        case fresh
        case bare(BrowserVisitors)
        /// With the state it returns to when the injection is given up before it began.
        indirect case injecting(BrowserHolding, before: State)
        case holding(BrowserHolding)
        case spoiled(BrowserHolding)

        /// Whether nobody is at work on it, so that it may be forgotten.
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
    }

    /// Of browsers that nobody drives a few are remembered: a connection may have looked its id up just before a restart.
    private static let remembered = 8
    private var browsers: [Browser] = []

    /// No browser has been seen.
    public init() {}

    /// Decides for a caller who wants to use the process with this id (the last part of its endpoint's path).
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
            return visitors.areOnly(claim.caller) && browser.drivers == 0 ? .inject : .conflict
        case .injecting(let holding, _): return holding.admits(claim) ? .wait : .conflict
        case .holding(let holding): return holding.admits(claim) ? .admit : .conflict
        case .spoiled(let holding):
            // A part of the session may be there: only who asks for that session by name goes on, by putting it in whole.
            guard claim.session != nil, holding.admits(claim) else { return .conflict }
            return use == .drive ? .inject : .admit
        }
    }

    /// Whether a caller may see which tabs there are, as far as it is known by now; changes nothing.
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
        let idle = browsers.indices.filter { browsers[$0].drivers == 0 && browsers[$0].state.isSettled }
        if idle.count >= Self.remembered, let oldest = idle.first { browsers.remove(at: oldest) }
        browsers.append(browser)
    }

    // MARK: - What came of it

    /// Notes what is known of a process that was to be learned of: a record of it, or that it is fresh.
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

    /// Notes that nothing could be found out: the next one who comes finds out.
    public mutating func stayedUnknown(_ id: String) {
        browsers.removeAll { $0.id == id }
    }

    /// Notes how the injection ended that `decide` asked for. With `isAccepted`, who asked for it drives from now on.
    public mutating func finish(_ id: String, isAccepted: Bool) {
        guard let place = browsers.firstIndex(where: { $0.id == id }),
            case .injecting(let holding, _) = browsers[place].state
        else { return }
        browsers[place].state = isAccepted ? .holding(holding) : .spoiled(holding)
        if isAccepted { browsers[place].drivers += 1 }
    }

    /// Notes that the injection was given up before Chrome was told anything of it.
    public mutating func abandon(_ id: String) {
        guard let place = browsers.firstIndex(where: { $0.id == id }),
            case .injecting(_, let before) = browsers[place].state
        else { return }
        browsers[place].state = before
    }

    /// Notes that somebody who was admitted to drive does so no longer.
    public mutating func leave(_ id: String) {
        guard let place = browsers.firstIndex(where: { $0.id == id }) else { return }
        browsers[place].drivers -= 1
    }

    private mutating func set(_ id: String, _ state: State) {
        guard let place = browsers.firstIndex(where: { $0.id == id }) else { return }
        browsers[place].state = state
    }

    /// What has to be on disk before anybody is told that they may use the browser; nil when nothing has.
    public func record(of id: String) -> BrowserRecord? {
        switch browsers.first(where: { $0.id == id })?.state {
        case nil, .learning, .fresh: nil
        case .bare(let visitors): .bare(visitors)
        case .injecting(let holding, _), .spoiled(let holding): .injecting(holding)
        case .holding(let holding): .holding(holding)
        }
    }
}
