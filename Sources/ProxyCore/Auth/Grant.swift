/// A caller that was admitted, and as what. Only `Gate` makes one, so a grant proves that its caller was admitted.
///
/// A class, since each step of a handshake hands it on: a copy would retain a dozen texts. Not printable: it shows its type
/// alone.
public final class Grant: Sendable, Redacted {
    /// The browser session the caller came for; nil for a credential that is good in a whole fleet.
    public let sessionID: String?
    /// The project it belongs to; nil as above.
    public let projectID: String?
    /// The user whose stored sessions may be asked for, when one is named.
    public let userID: String?
    /// The roles the caller has; nil when the credential names none.
    public let roles: [String]?
    /// What the caller may do; nil when it may use all of the browser, as a token without roles does.
    public let permissions: PermissionSet?
    /// The stored session to inject, by name or id, when the token names one; `userID` is not nil then.
    public let browserSession: String?
    /// The token's `jti`, or the id of the API key, for revocation.
    public let tokenID: String?
    /// For how long a connection's client may send no message, when the token says so.
    public let maxIdle: Duration?
    /// How long a connection may last, when the token says so.
    public let maxSeconds: Duration?
    /// Whether an API key was shown, and no token.
    public let isKey: Bool
    /// What tells the token from others; nil when the gate's policy does not ask for it.
    public let tokenKey: ReplayKey?
    /// When the token was issued, if it says so.
    public let issuedAt: Timestamp?
    /// When the credential's time is over; ``Timestamp/latest`` when it has no end.
    public let expiresAt: Timestamp
    /// The token when it came in the URL, to be put into URLs that lead back here; never for a log.
    public let urlToken: String?

    /// When the ticket would have ended that the caller came by; nil for a caller that came by a token.
    let ticketExpiresAt: Timestamp?

    /// The one address this may be used from, when the token names one.
    let ipAddress: String?
    /// What the token is remembered by; nil when it admits often.
    var replayKey: ReplayKey? { admitsOnce ? tokenKey : nil }

    private let admitsOnce: Bool

    /// What a signingKey's `claims` allow. The caller has checked them.
    init(_ claims: TokenClaims, replayKey: ReplayKey?, tokenKey: ReplayKey? = nil, urlToken: String?) {
        sessionID = claims.sessionID
        projectID = claims.projectID
        userID = claims.userID
        roles = claims.roles
        permissions = claims.roles.map { PermissionSet(roles: $0, narrowedTo: claims.permissions) }
        browserSession = claims.browserSession
        isKey = false
        tokenID = claims.tokenID
        maxIdle = claims.maxIdle
        maxSeconds = claims.maxSeconds
        self.tokenKey = tokenKey ?? replayKey
        admitsOnce = replayKey != nil
        issuedAt = claims.issuedAt
        expiresAt = claims.expiresAt
        ipAddress = claims.ipAddress
        self.urlToken = urlToken
        ticketExpiresAt = nil
    }

    /// What a role token's `claims` allow. The caller has checked them.
    init(_ claims: RoleClaims, tokenKey: ReplayKey?, urlToken: String?) {
        sessionID = nil
        projectID = nil
        userID = claims.userID
        roles = claims.roles
        permissions = PermissionSet(roles: claims.roles, narrowedTo: claims.permissions)
        browserSession = nil
        isKey = false
        tokenID = claims.tokenID
        self.tokenKey = tokenKey
        issuedAt = claims.issuedAt
        expiresAt = claims.expiresAt
        maxIdle = nil
        maxSeconds = nil
        ipAddress = nil
        admitsOnce = false
        self.urlToken = urlToken
        ticketExpiresAt = nil
    }

    /// All that there is, for the holder of the admin's token.
    convenience init(admin: Void) {
        self.init(nil, userID: nil, roles: [Role.admin.rawValue], expiresAt: nil)
    }

    /// What an API key allows.
    convenience init(_ key: KeyClaims) {
        self.init(key.id, userID: key.userID, roles: key.roles, expiresAt: key.expiresAt)
    }

    private init(_ keyID: String?, userID: String?, roles: [String]?, expiresAt: Timestamp?) {
        sessionID = nil
        projectID = nil
        self.userID = userID
        self.roles = roles
        permissions = roles.map { PermissionSet(roles: $0) } ?? .all
        browserSession = nil
        isKey = keyID != nil
        tokenID = keyID
        tokenKey = nil
        issuedAt = nil
        self.expiresAt = expiresAt ?? .latest
        maxIdle = nil
        maxSeconds = nil
        ipAddress = nil
        admitsOnce = false
        urlToken = nil
        ticketExpiresAt = nil
    }

    /// The same grant for a caller that comes back without its token, or by a ticket.
    private init(_ other: Grant, ticketExpiresAt: Timestamp?) {
        sessionID = other.sessionID
        projectID = other.projectID
        userID = other.userID
        roles = other.roles
        permissions = other.permissions
        browserSession = other.browserSession
        isKey = other.isKey
        tokenID = other.tokenID
        maxIdle = other.maxIdle
        maxSeconds = other.maxSeconds
        tokenKey = other.tokenKey
        admitsOnce = other.admitsOnce
        issuedAt = other.issuedAt
        expiresAt = other.expiresAt
        ipAddress = other.ipAddress
        urlToken = nil
        self.ticketExpiresAt = ticketExpiresAt
    }

    /// The grant that another process wrote as ``json``; nil when the JSON is not one.
    init?(json: JSONValue) {
        guard let isKey = json["isKey"]?.boolValue, let admitsOnce = json["once"]?.boolValue,
            let expiresAt = json.moment("expiresAt")
        else { return nil }
        sessionID = json["sessionId"]?.stringValue
        projectID = json["projectId"]?.stringValue
        userID = json["userId"]?.stringValue
        roles = json.texts("roles")
        permissions = json.texts("permissions").map { PermissionSet($0.compactMap { Permission(rawValue: $0) }) }
        browserSession = json["browserSession"]?.stringValue
        self.isKey = isKey
        tokenID = json["tokenId"]?.stringValue
        maxIdle = json["maxIdle"]?.intValue.map { .milliseconds($0) }
        maxSeconds = json["maxSeconds"]?.intValue.map { .milliseconds($0) }
        tokenKey = json.hash("tokenKey").map { ReplayKey(bytes: $0) }
        self.admitsOnce = admitsOnce
        issuedAt = json.moment("issuedAt")
        self.expiresAt = expiresAt
        ipAddress = json["ipAddress"]?.stringValue
        urlToken = nil
        ticketExpiresAt = json.moment("ticketExpiresAt")
    }

    /// The grant for another process to go on with, as ``init(json:)`` reads it. It contains no secret: the token in a URL is
    /// left out.
    var json: JSONValue {
        var object = JSONObject()
        for (name, text) in [
            ("sessionId", sessionID), ("projectId", projectID), ("userId", userID), ("browserSession", browserSession),
            ("tokenId", tokenID), ("ipAddress", ipAddress),
        ] { object[name] = text.map { JSONValue($0) } }
        object["roles"] = roles.map { .array($0.map { JSONValue($0) }) }
        object["permissions"] = permissions.map { .array($0.permissions.map { JSONValue($0.rawValue) }) }
        object["isKey"] = .bool(isKey)
        object["once"] = .bool(admitsOnce)
        object["maxIdle"] = maxIdle.map { JSONValue($0.wholeMilliseconds) }
        object["maxSeconds"] = maxSeconds.map { JSONValue($0.wholeMilliseconds) }
        object["tokenKey"] = tokenKey.map { JSONValue(Base64URL.encode($0.bytes)) }
        object["issuedAt"] = issuedAt.map { JSONValue($0) }
        object["expiresAt"] = JSONValue(expiresAt)
        object["ticketExpiresAt"] = ticketExpiresAt.map { JSONValue($0) }
        return .object(object)
    }

    /// What revocations look at.
    public var credential: RevocableCredential {
        RevocableCredential(id: tokenID, isKey: isKey, sessionID: sessionID, userID: userID, issuedAt: issuedAt)
    }

    /// Whether the caller may join any user's browser: with every permission, unless it is the key of one user.
    public var joinsAnyBrowser: Bool {
        permissions?.allows(.everything) ?? false && (!isKey || userID == nil)
    }

    /// The same for a caller that comes back without the token.
    var withoutURLToken: Grant { urlToken == nil ? self : Grant(self, ticketExpiresAt: ticketExpiresAt) }

    /// The same for a caller that came by a ticket with this end.
    func byTicket(until end: Timestamp) -> Grant { Grant(self, ticketExpiresAt: end) }
}
