/// Why a request has no established user. The raw value is the reason in the metric and the log.
enum AuthenticationFailure: String, Error, Sendable, CaseIterable {
    /// There is no `Authorization` header, or an empty one.
    case missing
    /// The header is not `Bearer <token>`, or there are two.
    case malformedHeader = "malformed_header"
    /// The token is not a strict JWS in compact serialization, or its payload is not a JSON object.
    case malformed
    /// The token's algorithm is neither RS256 nor ES256.
    case algorithm
    /// The token names no key, or one that is not in the provider's set for this algorithm.
    case unknownKey = "unknown_key"
    /// The token's signature is not the named key's.
    case signature
    /// The token's `iss` is another issuer.
    case issuer
    /// The token's `aud` does not name this service.
    case audience
    /// The token has no `sub`, or one that cannot be a user's id.
    case subject
    /// Another claim is missing or has the wrong type.
    case claims
    /// The token's `exp` has passed.
    case expired
    /// The token's `nbf` or `iat` is in the future.
    case notYetValid = "not_yet_valid"
    /// The `X-API-Key` header is empty.
    case apiKeyMissing = "api_key_missing"
    /// The API key is not one, or it is unknown, expired or revoked.
    case apiKey = "api_key"
    /// The provider's keys are unavailable, so the token cannot be judged.
    case providerUnavailable = "provider_unavailable"
}

// MARK: - The answer

extension AuthenticationFailure {
    /// The status of the answer: 503 when the caller is not at fault, else 401.
    var status: Int { self == .providerUnavailable ? 503 : 401 }

    /// The value of `detail` in the answer's body. It explains a fault only if the signature was good, so that a
    /// stranger who tries tokens learns nothing.
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
        case .apiKeyMissing: "API key required"
        case .apiKey: "Invalid or expired API key"
        case .providerUnavailable: "Unable to validate authentication token"
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750 section 3). Every 401 has one; nil for another status.
    var challenge: String? {
        switch self {
        case .providerUnavailable: nil
        case .missing, .apiKeyMissing: "Bearer"
        default: #"Bearer error="invalid_token""#
        }
    }
}
