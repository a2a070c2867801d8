/// The claims of a signingKey, each of its type; see `init(_:)` for what is required.
public struct TokenClaims: Sendable {
    /// The one issuer, `iss`.
    public static let issuer = "wallcrawler"
    /// The audience that `aud` must name.
    public static let audience = "cdp-access"

    /// `sessionId`, and `sub`: the browser session the token is for.
    public var sessionID: String
    /// `projectId`.
    public var projectID: String
    /// `userId`: whose stored sessions may be asked for.
    public var userID: String?
    /// `ipAddress`: the only address the token may come from.
    public var ipAddress: String?
    /// `nonce`.
    public var nonce: String?
    /// `jti`.
    public var tokenID: String?
    /// `roles`; nil when the claim is absent, and then the token has all of the browser.
    public var roles: [String]?
    /// `permissions`, which narrow what the roles allow; nil when they are not narrowed.
    public var permissions: [String]?
    /// `browserSession`: the stored session to inject, by name or id.
    public var browserSession: String?
    /// `persist`, which is held to its type and read by no one yet.
    public var persist = false
    /// `maxIdle`: for how long a connection's client may send no message.
    public var maxIdle: Duration?
    /// `maxSeconds`: how long a connection may last.
    public var maxSeconds: Duration?
    /// `exp`.
    public var expiresAt: Timestamp
    /// `nbf`.
    public var notBefore: Timestamp?
    /// `iat`.
    public var issuedAt: Timestamp?

    /// Claims with what every token needs; the rest is absent.
    public init(sessionID: String, projectID: String, expiresAt: Timestamp) {
        self.sessionID = sessionID
        self.projectID = projectID
        self.expiresAt = expiresAt
    }
}

// MARK: - Reading

extension TokenClaims {
    /// Reads claims whose signature was good.
    ///
    /// `issuer` and `audience` are the reasons for `iss` and `aud`; `claims` for one that is required and absent, of another
    /// type than its own (`null` included), or at odds with another. An optional string that is empty counts as absent.
    init(_ object: JSONObject) throws(TokenFault) {
        guard object["iss"]?.isString(Self.issuer) == true else { throw TokenFault(.issuer, claim: "iss") }
        guard Self.namesAudience(object["aud"]) else { throw TokenFault(.audience, claim: "aud") }
        let claims = ClaimReader(object: object)
        let sessionID = try claims.required("sessionId", try claims.text("sessionId"))
        guard object["sub"]?.isString(sessionID) == true else { throw TokenFault(.claims, claim: "sub") }
        let period = try TokenPeriod(claims)
        self.init(
            sessionID: sessionID,
            projectID: try claims.required("projectId", try claims.text("projectId")),
            expiresAt: period.expiresAt
        )
        notBefore = period.notBefore
        issuedAt = period.issuedAt
        userID = try claims.text("userId")
        nonce = try claims.text("nonce")
        tokenID = try claims.text("jti")
        browserSession = try claims.text("browserSession")
        if browserSession != nil { _ = try claims.required("userId", userID) }
        ipAddress = try claims.member("ipAddress") { $0.stringValue }
        roles = try claims.texts("roles")
        permissions = try claims.texts("permissions")
        maxIdle = try claims.seconds("maxIdle")
        maxSeconds = try claims.seconds("maxSeconds")
        // Alone they would narrow all of the browser, which no role policy covers.
        if permissions != nil { _ = try claims.required("permissions", roles) }
        persist = try claims.truth("persist")
    }

    /// RFC 7519 section 4.1.3: one string, or an array of them.
    private static func namesAudience(_ value: JSONValue?) -> Bool {
        guard case .array(let audiences) = value else { return value?.isString(audience) == true }
        return ClaimReader.strings(.array(audiences)) != nil && audiences.contains { $0.isString(audience) }
    }

    /// When the token is good.
    var period: TokenPeriod { TokenPeriod(expiresAt: expiresAt, notBefore: notBefore, issuedAt: issuedAt) }
}

// MARK: - Writing

extension TokenClaims {
    /// The claims as JSON, in the order people look for them. Absent ones are left out.
    public var json: JSONValue {
        var object = JSONObject()
        object["iss"] = JSONValue(Self.issuer)
        object["sub"] = JSONValue(sessionID)
        object["aud"] = [JSONValue(Self.audience)]
        object["exp"] = JSONValue(expiresAt.secondsSince1970)
        object["nbf"] = notBefore.flatMap { JSONValue($0.secondsSince1970) }
        object["iat"] = issuedAt.flatMap { JSONValue($0.secondsSince1970) }
        object["jti"] = tokenID.map { JSONValue($0) }
        object["sessionId"] = JSONValue(sessionID)
        object["projectId"] = JSONValue(projectID)
        object["userId"] = userID.map { JSONValue($0) }
        object["nonce"] = nonce.map { JSONValue($0) }
        object["ipAddress"] = ipAddress.map { JSONValue($0) }
        object["browserSession"] = browserSession.map { JSONValue($0) }
        object["maxIdle"] = maxIdle.flatMap { JSONValue($0 / .seconds(1)) }
        object["maxSeconds"] = maxSeconds.flatMap { JSONValue($0 / .seconds(1)) }
        object["roles"] = roles.map { .array($0.map { JSONValue($0) }) }
        object["permissions"] = permissions.map { .array($0.map { JSONValue($0) }) }
        if persist { object["persist"] = true }
        return .object(object)
    }

    /// The claims as a token signed with `key`.
    public func signed(with key: SigningKey) -> String {
        key.token(header: #"{"alg":"HS256","typ":"JWT"}"#.utf8, payload: json.serialized())
    }
}
