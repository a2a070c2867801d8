/// The keys that tokens of the two shapes are verified with.
public struct VerificationKeys: Sendable {
    /// Those of signingKeys; nil while there are none.
    public let signing: SigningKeys?
    /// That of role tokens; nil when none is admitted.
    public let role: SigningKey?

    /// These keys.
    public init(signing: SigningKeys?, role: SigningKey? = nil) {
        self.signing = signing
        self.role = role
    }
}

/// Everything that can be said of a token from its bytes, the keys and the time alone.
public enum TokenVerifier {
    /// The claims of a good signingKey, or why it is refused. With a `sessionID`, only a token for that session is good.
    public static func claims(
        of token: some Sequence<UInt8>,
        keys: SigningKeys?,
        sessionID: String? = nil,
        now: Timestamp
    ) throws(TokenFault) -> TokenClaims {
        let verified = try verify(Array(token)[...], keys, role: nil)
        try check(verified, sessionID: sessionID, now: now)
        guard case .session(let claims) = verified.claims else { throw TokenFault(.claims) }
        return claims.value
    }

    /// The claims of a good role token, or why it is refused.
    public static func roleClaims(
        of token: some Sequence<UInt8>,
        key: SigningKey,
        now: Timestamp
    ) throws(TokenFault) -> RoleClaims {
        let verified = try verify(Array(token)[...], nil, role: key)
        try check(verified, sessionID: nil, now: now)
        guard case .role(let claims) = verified.claims else { throw TokenFault(.claims) }
        return claims.value
    }

    /// The claims of a good token of either shape as they came, those this program does not know included.
    public static func json(
        of token: some Sequence<UInt8>,
        keys: VerificationKeys,
        sessionID: String? = nil,
        now: Timestamp
    ) throws(TokenFault) -> JSONValue {
        let verified = try verify(Array(token)[...], keys.signing, role: keys.role)
        try check(verified, sessionID: sessionID, now: now)
        return .object(verified.object)
    }

    /// What a good token of either shape lets its holder do; nil when it has all of the browser.
    public static func powers(
        of token: some Sequence<UInt8>,
        keys: VerificationKeys,
        now: Timestamp
    ) throws(TokenFault) -> PermissionSet? {
        let verified = try verify(Array(token)[...], keys.signing, role: keys.role)
        try check(verified, sessionID: nil, now: now)
        return switch verified.claims {
        case .session(let box):
            box.value.roles.map { PermissionSet(roles: $0, narrowedTo: box.value.permissions) }
        case .role(let box): PermissionSet(roles: box.value.roles, narrowedTo: box.value.permissions)
        }
    }

    /// What the token says, once its signature has been found good: what follows from its bytes and the keys alone.
    ///
    /// A token is a signingKey if a signing key made it. One that is none, or no signingKey by its issuer, may be a role
    /// token, which its own key tells.
    static func verify(
        _ token: ArraySlice<UInt8>,
        _ keys: SigningKeys?,
        role: SigningKey?
    ) throws(TokenFault) -> VerifiedToken {
        do throws(TokenFault) {
            let contents = try contents(of: token, keys)
            let claims = try TokenClaims(contents.claims)
            return VerifiedToken(claims: .session(CallerClaims.Box(claims)), claims.period, contents)
        } catch {
            guard let role, error.mayBeOfRoleToken,
                let contents = try? contents(of: token, SigningKeys(current: role))
            else { throw error }
            let claims = try RoleClaims(contents.claims)
            return VerifiedToken(claims: .role(CallerClaims.Box(claims)), claims.period, contents)
        }
    }

    private static func contents(
        of token: ArraySlice<UInt8>,
        _ keys: SigningKeys?
    ) throws(TokenFault) -> SignedToken.Contents {
        do throws(CredentialRejection) {
            var work = TokenWork()
            return try SignedToken(token).contents(keys: keys, &work)
        } catch {
            throw TokenFault(error)
        }
    }

    /// Whether the token may be used now, and here.
    static func check(_ token: VerifiedToken, sessionID: String?, now: Timestamp) throws(TokenFault) {
        try token.period.check(now)
        if let sessionID, case .session(let box) = token.claims, !box.value.sessionID.hasSameBytes(as: sessionID) {
            throw TokenFault(.sessionMismatch, claim: "sessionId")
        }
    }
}

extension TokenFault {
    /// Whether a role token, read as a signingKey, would be refused like this.
    fileprivate var mayBeOfRoleToken: Bool {
        switch reason {
        case .signature, .secretUnavailable, .issuer: true
        default: false
        }
    }
}

/// A token whose signature is good. Clients come again with it, and share it.
final class VerifiedToken: Sendable, Redacted {
    /// The claims, each of its type.
    let claims: CallerClaims
    /// When it is good.
    let period: TokenPeriod
    /// The claims as they came, those this program does not know included.
    let object: JSONObject
    /// The claims as they came, as text: one token, one text.
    let payload: [UInt8]
    /// The key that signed it.
    let signer: SigningKey

    /// What a token was found to say.
    init(claims: CallerClaims, _ period: TokenPeriod, _ contents: SignedToken.Contents) {
        self.claims = claims
        self.period = period
        object = contents.claims
        payload = contents.payload
        signer = contents.signer
    }
}
