internal import Crypto

/// What tells one token from the others, when it admits once or its connections replace one another: its `jti`, else its `nonce`, else its claims as they came.
///
/// A hash, so that no claim is kept and a long one costs no more than a short one.
public struct ReplayKey: Hashable, Sendable {
    /// The hash.
    let bytes: [UInt8]

    /// The key that was kept as `bytes`.
    init(bytes: [UInt8]) { self.bytes = bytes }

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
        bytes = Array(hasher.finalize())
    }

    /// The key of the role token with `claims`, which came as `payload`.
    init(_ claims: RoleClaims, payload: [UInt8]) {
        let text = claims.tokenID.map { Array("role jti \($0)".utf8) } ?? Array("role claims ".utf8) + payload
        bytes = Array(SHA256.hash(data: text))
    }
}

/// A token that has admitted its one WebSocket, as it is kept beyond the end of the process: nothing of the token is in it.
public struct SpentToken: Sendable, Equatable {
    /// What it is recognised by.
    public let hash: [UInt8]
    /// Its `exp`.
    public let until: Timestamp

    /// A token that was spent.
    public init(hash: [UInt8], until: Timestamp) {
        self.hash = hash
        self.until = until
    }
}

/// The tokens that have admitted their one WebSocket, each remembered until its `exp`.
///
/// When full, and no remembered token's time is over, it admits no further token (`rate_limited`) rather than forget one
/// that could then be used again.
struct ReplayLedger: Sendable {
    private(set) var spent: ExpiringTable<ReplayKey, Void>

    /// A ledger of at most `capacity` tokens, about 80 bytes each.
    init(capacity: Int = 65_536) { spent = ExpiringTable(capacity: capacity) }

    /// Refuses a token that was spent.
    func check(_ key: ReplayKey, now: Timestamp) throws(CredentialRejection) {
        if spent.value(for: key, now: now) != nil { throw .replayed }
    }

    /// Spends a token until `expiresAt`; `replayed` when that was done before.
    mutating func spend(_ key: ReplayKey, until expiresAt: Timestamp, now: Timestamp) throws(CredentialRejection) {
        try check(key, now: now)
        guard spent.insert((), for: key, until: expiresAt, now: now) else { throw .rateLimited }
    }
}
