public import ProxyCore

/// signingKey tokens for tests, valid and invalid.
public enum Tokens {
    /// The present time of tests.
    public static let now: Timestamp = 1_800_000_000
    /// The secret that tests sign with.
    public static let secret = "a signing key of tests, 32 bytes or more"
    /// Another secret.
    public static let otherSecret = "another signing key, which is not accepted"

    /// The key made of `secret`.
    public static func key(_ secret: String = secret) -> SigningKey {
        guard let key = SigningKey(secret.utf8) else { preconditionFailure("too short to be a key") }
        return key
    }

    /// The keys of the gate in tests.
    public static var keys: SigningKeys { SigningKeys(current: key()) }

    /// The claims of a valid token that expires an hour after `now`.
    public static func claims(
        sessionID: String = "sess_1",
        projectID: String = "proj_1",
        now: Timestamp = now
    ) -> TokenClaims {
        var claims = TokenClaims(sessionID: sessionID, projectID: projectID, expiresAt: now + 3600)
        claims.issuedAt = now
        return claims
    }

    /// A valid token; `edit` changes its claims before signing.
    public static func make(
        sessionID: String = "sess_1",
        now: Timestamp = now,
        secret: String = secret,
        _ edit: (inout TokenClaims) -> Void = { _ in }
    ) -> String {
        var claims = claims(sessionID: sessionID, now: now)
        edit(&claims)
        return claims.signed(with: key(secret))
    }

    /// A signed token with this header and payload, which need not be JSON.
    public static func sign(
        header: String = #"{"alg":"HS256","typ":"JWT"}"#,
        payload: String,
        secret: String = secret
    ) -> String {
        key(secret).token(header: header.utf8, payload: payload.utf8)
    }

    /// The payload of a valid token with members replaced or added as JSON; nil leaves one out.
    public static func payload(_ edits: KeyValuePairs<String, String?> = [:]) -> String {
        var members: [(name: String, value: String?)] = [
            ("iss", #""wallcrawler""#), ("sub", #""sess_1""#), ("aud", #"["cdp-access"]"#), ("exp", "1800003600"),
            ("sessionId", #""sess_1""#), ("projectId", #""proj_1""#),
        ]
        for (name, value) in edits {
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].value = value
            } else {
                members.append((name, value))
            }
        }
        let written = members.compactMap { member in member.value.map { #""\#(member.name)":\#($0)"# } }
        return "{" + written.joined(separator: ",") + "}"
    }

    /// A signed token of `payload(edits)`.
    public static func edited(_ edits: KeyValuePairs<String, String?>) -> String { sign(payload: payload(edits)) }

    /// The grant that the gate makes of a valid token; `edit` changes its claims.
    public static func grant(_ edit: (inout TokenClaims) -> Void = { _ in }) throws(CredentialRejection) -> Grant {
        var gate = Gate(policy: GatePolicy(checksAddress: false))
        let credential = Credential.bearer(Array(make(edit).utf8)[...])
        return try gate.admit(credential, keys: keys, peer: IPAddress(ipv4: 0x7F00_0001), now: now)
    }
}
