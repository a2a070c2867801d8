/// The claims of a role token: a user and its roles, for a whole fleet and no single browser session. It is signed with a
/// key of its own, and says neither issuer nor audience.
public struct RoleClaims: Sendable {
    /// `sub`, or `user_id`: the user.
    public var userID: String
    /// `roles`.
    public var roles: [String]
    /// `permissions`, which narrow what the roles allow; nil when they are not narrowed.
    public var permissions: [String]?
    /// `jti`.
    public var tokenID: String?
    /// `exp`.
    public var expiresAt: Timestamp
    /// `nbf`.
    public var notBefore: Timestamp?
    /// `iat`.
    public var issuedAt: Timestamp?

    /// Claims with what every role token needs; the rest is absent.
    public init(userID: String, roles: [String], expiresAt: Timestamp) {
        self.userID = userID
        self.roles = roles
        self.expiresAt = expiresAt
    }

    /// Reads claims whose signature was good. `claims` is the reason for one that is required and absent, of another type
    /// than its own, or at odds with another: `sub` and `user_id` name one user.
    init(_ object: JSONObject) throws(TokenFault) {
        let claims = ClaimReader(object: object)
        let period = try TokenPeriod(claims)
        let subject = try claims.text("sub")
        let user = try claims.text("user_id")
        if let subject, let user, !subject.hasSameBytes(as: user) { throw TokenFault(.claims, claim: "user_id") }
        self.init(
            userID: try claims.required("sub", subject ?? user),
            roles: try claims.required("roles", try claims.texts("roles")),
            expiresAt: period.expiresAt
        )
        permissions = try claims.texts("permissions")
        tokenID = try claims.text("jti")
        notBefore = period.notBefore
        issuedAt = period.issuedAt
    }

    /// When the token is good.
    var period: TokenPeriod { TokenPeriod(expiresAt: expiresAt, notBefore: notBefore, issuedAt: issuedAt) }

    /// The claims as JSON, in the order people look for them. Absent ones are left out. Both names of the user are written,
    /// since the systems that read these tokens differ in which they know.
    public var json: JSONValue {
        var object = JSONObject()
        object["sub"] = JSONValue(userID)
        object["user_id"] = JSONValue(userID)
        object["roles"] = .array(roles.map { JSONValue($0) })
        object["permissions"] = permissions.map { .array($0.map { JSONValue($0) }) }
        object["exp"] = JSONValue(expiresAt.secondsSince1970)
        object["nbf"] = notBefore.flatMap { JSONValue($0.secondsSince1970) }
        object["iat"] = issuedAt.flatMap { JSONValue($0.secondsSince1970) }
        object["jti"] = tokenID.map { JSONValue($0) }
        return .object(object)
    }

    /// The claims as a token signed with `key`.
    public func signed(with key: SigningKey) -> String {
        key.token(header: #"{"alg":"HS256","typ":"JWT"}"#.utf8, payload: json.serialized())
    }
}
