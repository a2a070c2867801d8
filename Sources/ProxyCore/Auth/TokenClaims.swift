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
    /// `browserSession`: the stored session to inject, by name or id.
    public var browserSession: String?
    /// `persist`, which is held to its type and read by no one yet.
    public var persist = false
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
        let sessionID = try Self.required("sessionId", try Self.text("sessionId", in: object))
        guard object["sub"]?.isString(sessionID) == true else { throw TokenFault(.claims, claim: "sub") }
        self.init(
            sessionID: sessionID,
            projectID: try Self.required("projectId", try Self.text("projectId", in: object)),
            expiresAt: try Self.required("exp", try Self.date("exp", in: object))
        )
        notBefore = try Self.date("nbf", in: object)
        issuedAt = try Self.date("iat", in: object)
        userID = try Self.text("userId", in: object)
        nonce = try Self.text("nonce", in: object)
        tokenID = try Self.text("jti", in: object)
        browserSession = try Self.text("browserSession", in: object)
        if browserSession != nil { _ = try Self.required("userId", userID) }
        ipAddress = try Self.member("ipAddress", in: object) { $0.stringValue }
        roles = try Self.member("roles", in: object, Self.strings)
        persist = try Self.member("persist", in: object) { $0.boolValue } ?? false
    }

    private static func required<Value>(_ name: String, _ value: Value?) throws(TokenFault) -> Value {
        guard let value else { throw TokenFault(.claims, claim: name) }
        return value
    }

    /// RFC 7519 section 4.1.3: one string, or an array of them.
    private static func namesAudience(_ value: JSONValue?) -> Bool {
        guard case .array(let audiences) = value else { return value?.isString(audience) == true }
        return strings(.array(audiences)) != nil && audiences.contains { $0.isString(audience) }
    }

    private static func strings(_ value: JSONValue) -> [String]? {
        guard let elements = value.arrayValue else { return nil }
        let texts = elements.compactMap(\.stringValue)
        return texts.count == elements.count ? texts : nil
    }

    /// The text called `name`; nil when it is absent or empty.
    private static func text(_ name: String, in object: JSONObject) throws(TokenFault) -> String? {
        let text = try member(name, in: object) { $0.stringValue }
        return text?.isEmpty == true ? nil : text
    }

    /// The NumericDate called `name` (RFC 7519 section 2), which may have a fraction; nil when it is absent. Outside the
    /// years 1 to 9999 there is no date to compare with.
    private static func date(_ name: String, in object: JSONObject) throws(TokenFault) -> Timestamp? {
        try member(name, in: object) { $0.doubleValue.flatMap(Timestamp.init(secondsSince1970:)) }
    }

    /// What `read` makes of the member called `name`; nil when it is absent, `claims` when `read` makes nothing of it.
    private static func member<Value>(
        _ name: String,
        in object: JSONObject,
        _ read: (JSONValue) -> Value?
    ) throws(TokenFault) -> Value? {
        guard let member = object[name] else { return nil }
        guard let value = read(member) else { throw TokenFault(.claims, claim: name) }
        return value
    }
}

// MARK: - Checking

extension TokenClaims {
    /// How far an issuer's clock may be ahead of ours: the leeway of `nbf` and `iat`. `exp` has none.
    public static let leeway: Duration = .seconds(30)

    /// Refuses a token whose time is over (RFC 7519 section 4.1.4: at `exp` it is) or still to come.
    func checkTime(_ now: Timestamp) throws(TokenFault) {
        guard now < expiresAt else { throw TokenFault(.expired, claim: "exp") }
        let latest = now + Self.leeway
        guard notBefore ?? now <= latest else { throw TokenFault(.notYetValid, claim: "nbf") }
        guard issuedAt ?? now <= latest else { throw TokenFault(.notYetValid, claim: "iat") }
    }
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
        object["roles"] = roles.map { .array($0.map { JSONValue($0) }) }
        if persist { object["persist"] = true }
        return .object(object)
    }

    /// The claims as a token signed with `key`.
    public func signed(with key: SigningKey) -> String {
        key.token(header: #"{"alg":"HS256","typ":"JWT"}"#.utf8, payload: json.serialized())
    }
}
