/// A caller that was admitted, and as what. Only `Gate` makes one, so a grant proves that its caller was admitted.
///
/// Not printable: it shows its type alone.
public struct Grant: Sendable, Redacted {
    /// The browser session the caller came for.
    public let sessionID: String
    /// The project it belongs to.
    public let projectID: String
    /// The user whose stored sessions may be asked for, when one is named.
    public let userID: String?
    /// The roles the caller has; nil when it may use all of the browser.
    public let roles: [String]?
    /// The stored session to inject, by name or id, when the token names one; `userID` is not nil then.
    public let browserSession: String?
    /// The token's `jti`, for logs and revocation.
    public let tokenID: String?
    /// When the token's time is over.
    public let expiresAt: Timestamp
    /// The token when it came in the URL, to be put into URLs that lead back here; never for a log.
    public private(set) var urlToken: String?

    /// When the ticket would have ended that the caller came by; nil for a caller that came by a token.
    private(set) var ticketExpiresAt: Timestamp?

    /// The one address this may be used from, when the token names one.
    let ipAddress: String?
    /// What the token is remembered by; nil when it admits often.
    let replayKey: ReplayKey?

    /// What `claims` allow. The caller has checked them.
    init(_ claims: TokenClaims, replayKey: ReplayKey?, urlToken: String?) {
        sessionID = claims.sessionID
        projectID = claims.projectID
        userID = claims.userID
        roles = claims.roles
        browserSession = claims.browserSession
        tokenID = claims.tokenID
        expiresAt = claims.expiresAt
        ipAddress = claims.ipAddress
        self.replayKey = replayKey
        self.urlToken = urlToken
    }

    /// The same for a caller that comes back without the token.
    var withoutURLToken: Grant {
        var grant = self
        grant.urlToken = nil
        return grant
    }

    /// The same for a caller that came by a ticket with this end.
    func byTicket(until end: Timestamp) -> Grant {
        var grant = self
        grant.ticketExpiresAt = end
        return grant
    }
}
