/// Which stored session is in which browser: decides, for one connection after another, whether to inject. Pure.
///
/// Rules: a browser process is injected once, and before anyone drives it, since later the pages' own state is newer
/// than the stored one (a rotated token must not be overwritten). A browser that holds a session, or part of one after
/// a failed attempt, belongs to that session for good: nobody else's is put beside it. The same session may be tried
/// again after a failure. A browser that was handed out without a session takes none later.
public struct InjectionLedger: Sendable {
    /// What is to be done for a connection.
    public enum Decision: Sendable, Equatable {
        /// Let it in; nothing is to be injected (any more). The report is that of the injection, if there was one.
        case admit(InjectionReport?)
        /// Inject now, then call `finish`. Until then everyone else is told to wait.
        case inject
        /// Another connection is injecting: ask again when it has finished.
        case wait
        /// The browser belongs to another session, or was handed out without one.
        case conflict
    }

    private enum State: Sendable {
        case handedOutBare
        case injecting(session: String)
        case holding(session: String, InjectionReport)
        case spoiled(session: String)
    }

    /// Of browsers that are gone a few are remembered: a connection may have looked its id up just before a restart.
    private static let remembered = 4
    private var browsers: [(id: String, state: State)] = []

    /// No browser has been seen.
    public init() {}

    /// Decides for a connection to the browser process with this id (the last part of its endpoint's path), which asks
    /// for the stored session of this id, or for none.
    public mutating func decide(browser: String, session: String?) -> Decision {
        switch (browsers.first { $0.id == browser }?.state, session) {
        case (nil, nil):
            set(.handedOutBare, of: browser)
            return .admit(nil)
        case (nil, let session?):
            set(.injecting(session: session), of: browser)
            return .inject
        case (.handedOutBare, nil): return .admit(nil)
        case (.handedOutBare, .some): return .conflict
        case (.injecting(let held), let session): return session == nil || session == held ? .wait : .conflict
        case (.holding(let held, let report), let session):
            return session == nil || session == held ? .admit(report) : .conflict
        case (.spoiled(let held), let session):
            guard session == held else { return .conflict }
            set(.injecting(session: held), of: browser)
            return .inject
        }
    }

    /// Notes how the injection ended that `decide` asked for. `isAccepted` says whether the browser may be used now.
    public mutating func finish(browser: String, session: String, report: InjectionReport, isAccepted: Bool) {
        set(isAccepted ? .holding(session: session, report) : .spoiled(session: session), of: browser)
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
