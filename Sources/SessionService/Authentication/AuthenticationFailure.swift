/// Why a request is not taken for a user's. The raw value is the reason in the metric and the log.
enum AuthenticationFailure: String, Error, Sendable, CaseIterable {
    /// There is no `Authorization` header, or an empty one.
    case missing
    /// The header is not `Bearer <token>`, or came twice.
    case malformedHeader = "malformed_header"
    /// The token is not a JWS in compact serialization, strictly read, or its payload is no JSON object.
    case malformed
    /// The token's algorithm is neither RS256 nor ES256.
    case algorithm
    /// The token names no key, or one that the provider's set does not have for this algorithm.
    case unknownKey = "unknown_key"
    /// The key it names does not verify the token's signature.
    case signature
    /// The token's `iss` is somebody else.
    case issuer
    /// The token's `aud` is something else.
    case audience
    /// The token has no `sub`, or one that cannot be a user's id.
    case subject
    /// Another claim is absent or of another type than its own.
    case claims
    /// The token's `exp` has come.
    case expired
    /// The token's `nbf` or `iat` is still to come.
    case notYetValid = "not_yet_valid"
    /// The provider's keys cannot be had, so nothing can be said of the token.
    case providerUnavailable = "provider_unavailable"
}

// MARK: - The answer

extension AuthenticationFailure {
    /// The status of the answer: 503 when it is not the caller's fault, else 401.
    var status: Int { self == .providerUnavailable ? 503 : 401 }

    /// The value of `detail` in the answer's body. What is wrong with a token is told only when its signature was good,
    /// so that a stranger who tries tokens learns nothing.
    var detail: String {
        switch self {
        case .missing: "Missing Authorization header"
        case .malformedHeader: "Invalid Authorization header format. Expected: Bearer <token>"
        case .malformed, .algorithm, .unknownKey, .signature: "Invalid authentication token"
        case .issuer: "Invalid authentication token: wrong issuer"
        case .audience: "Invalid authentication token: wrong audience"
        case .subject: "Token missing 'sub' claim"
        case .claims: "Invalid authentication token: invalid claims"
        case .expired: "Invalid authentication token: expired"
        case .notYetValid: "Invalid authentication token: not yet valid"
        case .providerUnavailable: "Unable to validate authentication token"
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750 section 3), which every 401 has; nil beside another status.
    var challenge: String? {
        switch self {
        case .providerUnavailable: nil
        case .missing: "Bearer"
        default: #"Bearer error="invalid_token""#
        }
    }
}
