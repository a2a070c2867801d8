/// What a connection wants of a browser: whose it is, and which stored session is to be in there.
public struct InjectionClaim: Sendable, Hashable {
    /// The id of the stored session's row; nil for a connection that has none.
    public var session: String?
    /// The user the session belongs to, or whom the token names; nil when it names none.
    public var userID: String?

    /// A claim by a user to a session.
    public init(session: String?, userID: String?) {
        self.session = session
        self.userID = userID
    }
}

/// Which stored session is in which browser: decides, for one connection after another, whether to inject. Pure.
///
/// Rule 1: a browser is injected once for each run of Chrome, and before anyone drives it, since later the pages' own
/// state is newer than the stored one (a rotated token must not be overwritten).
/// Rule 2: a browser that holds a session, whole or not, belongs to that session and its user until Chrome is restarted.
/// Rule 3: nobody else's session is put into a browser that a user has driven, nor into one that somebody drives now.
public struct InjectionLedger: Sendable {
    /// What is to be done for a connection.
    public enum Decision: Sendable, Equatable {
        /// Let it in; nothing is to be injected (any more). The report is that of the injection, if there was one.
        case admit(InjectionReport?)
        /// Inject now, then call `finish`. Until then everyone else is told to wait.
        case inject
        /// Another connection is injecting: ask again when it has finished.
        case wait
        /// The browser belongs to another session or user.
        case conflict
    }

    private enum State: Sendable {
        /// Handed out without a session, to these users that are known.
        case bare(users: Set<String>)
        case injecting(InjectionClaim)
        case holding(InjectionClaim, InjectionReport)
        case spoiled(InjectionClaim)
    }

    /// Of browsers that are gone a few are remembered: a connection may have looked its id up just before a restart.
    private static let remembered = 4
    private var browsers: [(id: String, state: State)] = []

    /// No browser has been seen.
    public init() {}

    /// Decides for a connection to the browser process with this id (the last part of its endpoint's path).
    /// `isDriven` says whether other clients are connected now.
    public mutating func decide(browser: String, _ claim: InjectionClaim, isDriven: Bool) -> Decision {
        switch browsers.first(where: { $0.id == browser })?.state {
        case nil: return enter(browser, claim, users: [], isDriven: isDriven)
        case .bare(let users): return enter(browser, claim, users: users, isDriven: isDriven)
        case .injecting(let held): return Self.mayShare(held, claim) ? .wait : .conflict
        case .holding(let held, let report): return Self.mayShare(held, claim) ? .admit(report) : .conflict
        case .spoiled(let held):
            guard held.session == claim.session else { return .conflict }
            set(.injecting(held), of: browser)
            return .inject
        }
    }

    /// Notes how the injection ended that `decide` asked for. `isAccepted` says whether the browser may be used now.
    public mutating func finish(browser: String, _ claim: InjectionClaim, report: InjectionReport, isAccepted: Bool) {
        set(isAccepted ? .holding(claim, report) : .spoiled(claim), of: browser)
    }

    /// A browser without a session: it stays so, or it gets the one that is claimed.
    private mutating func enter(
        _ browser: String,
        _ claim: InjectionClaim,
        users: Set<String>,
        isDriven: Bool
    ) -> Decision {
        guard claim.session != nil else {
            set(.bare(users: users.union(claim.userID.map { [$0] } ?? [])), of: browser)
            return .admit(nil)
        }
        let isOwn = users.allSatisfy { $0 == claim.userID }
        guard isOwn, !isDriven else { return .conflict }
        set(.injecting(claim), of: browser)
        return .inject
    }

    /// Whoever asks for no session of their own may share the browser, unless they are another user.
    private static func mayShare(_ held: InjectionClaim, _ claim: InjectionClaim) -> Bool {
        if let session = claim.session { return session == held.session }
        return claim.userID == nil || claim.userID == held.userID
    }

    private mutating func set(_ state: State, of browser: String) {
        if let index = browsers.firstIndex(where: { $0.id == browser }) {
            browsers[index].state = state
        } else {
            if browsers.count == Self.remembered { browsers.removeFirst() }
            browsers.append((browser, state))
        }
    }
}
