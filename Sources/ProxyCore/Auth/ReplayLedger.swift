internal import Crypto

/// What tells one token from the others when it admits once: its `jti`, else its `nonce`, else its claims as they came.
///
/// A hash, so that no claim is kept and a long one costs no more than a short one.
struct ReplayKey: Hashable, Sendable {
    private let hash: SHA256Digest

    /// The key of the token with `claims`, which came as `payload`.
    init(_ claims: TokenClaims, payload: [UInt8]) {
        var hasher = SHA256()
        // The word keeps a nonce from being taken for a jti.
        if let tokenID = claims.tokenID {
            hasher.update(data: Array("jti \(tokenID)".utf8))
        } else if let nonce = claims.nonce {
            hasher.update(data: Array("nonce \(nonce)".utf8))
        } else {
            hasher.update(data: Array("claims ".utf8))
            hasher.update(data: payload)
        }
        hash = hasher.finalize()
    }
}

/// The tokens that have admitted their one WebSocket, each remembered until its `exp`.
///
/// When full, and no remembered token's time is over, it admits no further token (`rate_limited`) rather than forget one
/// that could then be used again.
struct ReplayLedger: Sendable {
    private var spent: ExpiringTable<ReplayKey, Void>

    /// A ledger of at most `capacity` tokens, about 80 bytes each.
    init(capacity: Int = 65_536) { spent = ExpiringTable(capacity: capacity) }

    /// Refuses a token that was spent.
    func check(_ key: ReplayKey, now: Double) throws(Rejection) {
        if spent.value(for: key, now: now) != nil { throw .replayed }
    }

    /// Spends a token until `expiresAt`; `replayed` when that was done before.
    mutating func spend(_ key: ReplayKey, until expiresAt: Double, now: Double) throws(Rejection) {
        try check(key, now: now)
        guard spent.insert((), for: key, until: expiresAt, now: now) else { throw .rateLimited }
    }
}
