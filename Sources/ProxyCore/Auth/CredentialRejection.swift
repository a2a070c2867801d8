/// Why a request is not admitted. The raw value is the label `reason` of the metric and the log.
public enum CredentialRejection: String, Error, Sendable, CaseIterable {
    /// No credential was sent.
    case missing
    /// The credential is not of its form, or was sent twice.
    case malformed
    /// The token's algorithm is not HS256.
    case algorithm
    /// No key verifies the token's signature.
    case signature
    /// The token's `exp` has come, or no such ticket is open any longer.
    case expired
    /// The token's `nbf` or `iat` is still to come.
    case notYetValid = "not_yet_valid"
    /// The token's `iss` is another issuer.
    case issuer
    /// The token's `aud` is something else.
    case audience
    /// A claim is absent, of another type, or at odds with another.
    case claims
    /// The token is for another session than this container's.
    case sessionMismatch = "session_mismatch"
    /// The token is for another address than the peer's.
    case ipMismatch = "ip_mismatch"
    /// The token admits once, and has; or the ticket was used.
    case replayed
    /// The API key was revoked.
    case revoked
    /// The credential's roles do not allow it.
    case role
    /// The API key is not known, or has expired.
    case apiKey = "api_key"
    /// Too many were refused, too many are remembered, or the API key was used too often.
    case rateLimited = "rate_limited"
    /// The handshake carries an `Origin` that is not listed.
    case origin
    /// There is no key to verify with, or the API keys cannot be read.
    case secretUnavailable = "secret_unavailable"
}

// MARK: - The answer

extension CredentialRejection {
    /// The status of the answer.
    public var status: HTTPStatus {
        switch self {
        case .missing, .malformed, .algorithm, .signature, .expired, .notYetValid, .issuer, .audience, .claims,
            .sessionMismatch, .ipMismatch, .replayed, .revoked, .apiKey:
            .unauthorized
        case .role, .origin: .forbidden
        case .rateLimited: .tooManyRequests
        case .secretUnavailable: .serviceUnavailable
        }
    }

    /// Whether the refusal counts against the caller's address: it says something of the caller's credential. What the proxy
    /// lacks (a key, room) does not, nor does the origin of a page, which comes before the credential, nor a good
    /// credential's lack of a permission.
    public var countsAgainstCaller: Bool {
        switch self {
        case .missing, .malformed, .algorithm, .signature, .expired, .notYetValid, .issuer, .audience, .claims,
            .sessionMismatch, .ipMismatch, .replayed, .revoked, .apiKey:
            true
        case .role, .rateLimited, .origin, .secretUnavailable: false
        }
    }

    /// The value of `error` in the answer's body.
    public var error: String {
        switch status {
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .tooManyRequests: "rate_limited"
        default: "unavailable"
        }
    }

    /// What the caller may be told beyond that; nil unless the signature was good, so that only the holder of a real
    /// token learns what is wrong with it.
    public var errorDescription: String? {
        switch self {
        case .missing, .malformed, .algorithm, .signature, .apiKey, .revoked, .rateLimited, .origin,
            .secretUnavailable:
            nil
        case .expired: "the token or ticket has expired"
        case .notYetValid: "the token is not valid yet"
        case .issuer: "the token was issued by somebody else"
        case .audience: "the token is for another audience"
        case .claims: "a claim is missing or not of its form"
        case .sessionMismatch: "the token is for another session"
        case .ipMismatch: "the token is for another address"
        case .replayed: "the token or ticket was used before"
        case .role: "the token's roles do not allow this"
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750 section 3), which every 401 has and no other answer.
    public var challenge: String? {
        guard status == .unauthorized else { return nil }
        let realm = "Bearer realm=\"cdp-proxy\""
        // Section 3.1: a caller that sent no credential is told no error.
        guard self != .missing else { return realm }
        let description = errorDescription.map { ", error_description=\"\($0)\"" } ?? ""
        return realm + ", error=\"invalid_token\"" + description
    }
}
