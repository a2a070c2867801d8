import ProxyCore

/// The stored session in a browser, and who may use the browser because of it.
public struct BrowserHolding: Sendable, Equatable {
    /// The stored session and its user.
    public let session: BrowserClaim.Session
    /// The browser session (`sessionId`) of the caller who had it put in.
    public let sessionID: String?

    /// What a browser holds once this claim's session is in it; nil for a claim without one.
    init?(_ claim: BrowserClaim) {
        guard let session = claim.session else { return nil }
        self.init(session: session, sessionID: claim.caller.sessionID)
    }

    init(session: BrowserClaim.Session, sessionID: String?) {
        self.session = session
        self.sessionID = sessionID
    }

    /// Whether a caller may use the browser: the session's user, and, for a credential that names nobody, the browser
    /// session it was put in for. Never one who asks for another stored session.
    func admits(_ claim: BrowserClaim) -> Bool {
        if let wanted = claim.session, !wanted.id.hasSameBytes(as: session.id) { return false }
        let owner = BrowserCaller(userID: session.userID, sessionID: sessionID)
        return claim.caller.isAdmin || claim.caller.isSame(as: owner)
    }
}
