import ProxyCore

/// The claims of a token whose signature was good, after every check.
struct IdentityClaims: Sendable {
    /// The leeway of `nbf` and `iat`: the provider's clock may be this far ahead. `exp` has none.
    static let leeway: Duration = .seconds(30)
    /// The longest `sub`, in bytes (OpenID Connect Core section 2: 255 ASCII characters).
    static let maximumSubjectByteCount = 255

    /// `sub`: the user.
    let subject: String
    /// `exp`.
    let expiresAt: Timestamp

    /// Checks a payload: first the issuer, then the other claims, then the times (RFC 7519 section 4.1).
    ///
    /// Strings compare byte for byte. Throws `issuer`, `audience`, `subject`, `claims`, `expired` or `notYetValid`.
    init(
        verifying payload: JSONObject,
        issuer: String,
        audience: String,
        now: Timestamp
    ) throws(AuthenticationFailure) {
        guard Self.isString(payload["iss"], issuer) else { throw .issuer }
        guard Self.names(payload["aud"], audience) else { throw .audience }
        subject = try Self.subject(payload["sub"])
        guard let expiresAt = try Self.date(payload["exp"]) else { throw .claims }
        self.expiresAt = expiresAt
        let notBefore = try Self.date(payload["nbf"])
        let issuedAt = try Self.date(payload["iat"])
        guard now < expiresAt else { throw .expired }
        guard max(notBefore ?? now, issuedAt ?? now) <= now + Self.leeway else { throw .notYetValid }
    }

    private static func isString(_ value: JSONValue?, _ text: String) -> Bool {
        if case .string(let string) = value { string.equals(text) } else { false }
    }

    /// Whether `aud` names the audience: it is one string or an array of only strings (section 4.1.3).
    private static func names(_ value: JSONValue?, _ audience: String) -> Bool {
        guard case .array(let audiences) = value else { return isString(value, audience) }
        let areStrings = audiences.allSatisfy { if case .string = $0 { true } else { false } }
        return areStrings && audiences.contains { isString($0, audience) }
    }

    /// Whether the database can hold a user's id: not empty, at most `maximumSubjectByteCount`, and without NUL, which
    /// PostgreSQL refuses.
    static func canNameUser(_ text: String) -> Bool {
        1...maximumSubjectByteCount ~= text.utf8.count && !text.utf8.contains(0)
    }

    private static func subject(_ value: JSONValue?) throws(AuthenticationFailure) -> String {
        guard let subject = value?.stringValue, canNameUser(subject) else { throw .subject }
        return subject
    }

    /// A NumericDate (section 2), which may have a fraction; nil when absent. Throws `claims` for anything else, and for a
    /// moment outside the years 1 to 9999.
    private static func date(_ value: JSONValue?) throws(AuthenticationFailure) -> Timestamp? {
        guard let value else { return nil }
        guard let moment = value.doubleValue.flatMap(Timestamp.init(secondsSince1970:)) else { throw .claims }
        return moment
    }
}
