import ProxyCore

/// The stored session in a browser, and the callers it admits.
public struct BrowserHolding: Sendable, Equatable {
    /// The stored session and its user.
    public let session: BrowserClaim.Session
    /// The browser session (`sessionId`) of the caller whose connection injected it.
    public let sessionID: String?

    /// What a browser holds after the injection of this claim's session; nil for a claim without one.
    init?(_ claim: BrowserClaim) {
        guard let session = claim.session else { return nil }
        self.init(session: session, sessionID: claim.caller.sessionID)
    }

    init(session: BrowserClaim.Session, sessionID: String?) {
        self.session = session
        self.sessionID = sessionID
    }

    /// Whether the caller may use the browser. It may as the session's user or, if its credential names no user, with
    /// the browser session that the injection was for. A caller that asks for another stored session may not.
    func admits(_ claim: BrowserClaim) -> Bool {
        if let wanted = claim.session, !wanted.id.hasSameBytes(as: session.id) { return false }
        let owner = BrowserCaller(userID: session.userID, sessionID: sessionID)
        return claim.caller.isAdmin || claim.caller.isSame(as: owner)
    }
}
