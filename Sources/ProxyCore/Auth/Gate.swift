/// How often one token admits a WebSocket.
public enum TokenUse: String, Sendable {
    /// As often as it is shown, until `exp`.
    case many
    /// Once.
    case once
}

/// What the gate asks of a credential beyond its own validity.
public struct GatePolicy: Sendable {
    /// The one session tokens may be for; nil when any will do.
    public let sessionID: String?
    /// Whether a token that names an address is good from that address only.
    public let checksAddress: Bool
    /// How often one token admits a WebSocket.
    public let tokenUse: TokenUse
    /// Which credentials with roles are admitted.
    public let roles: RolePolicy
    /// Whether a grant says which token it is of.
    public let tellsTokensApart: Bool

    /// The contract's defaults, unless said otherwise.
    public init(
        sessionID: String? = nil,
        checksAddress: Bool = true,
        tokenUse: TokenUse = .many,
        roles: RolePolicy = RolePolicy(),
        tellsTokensApart: Bool = false
    ) {
        self.sessionID = sessionID
        self.checksAddress = checksAddress
        self.tokenUse = tokenUse
        self.roles = roles
        self.tellsTokensApart = tellsTokensApart
    }
}

/// The one way to a `Grant`: a credential, the keys and the time go in; a grant or the reason there is none comes out.
///
/// Does no I/O and reads no clock. What it remembers is bounded: tickets, spent tokens,
/// and tokens whose signature was good.
///
/// Rule 1: the checks that refuse a stranger at the least cost come first, and nothing the token says is believed before its
/// signature is found good.
/// Rule 2: a token that admits once is spent when its WebSocket is opened, not when it is shown, so that a connection which
/// fails on our side leaves it good. `admit` looks, `spend` spends; of two that race, one fails there.
public struct Gate: Sendable {
    /// What is asked beyond validity.
    public let policy: GatePolicy

    var ledger: ReplayLedger
    var tickets: TicketOffice
    private var known = VerifiedTokens()
    var revocations = RevocationList()

    /// A gate that has admitted no caller yet.
    public init(policy: GatePolicy) {
        self.init(policy: policy, ledger: ReplayLedger(), tickets: TicketOffice())
    }

    /// A gate with a memory of another size.
    init(policy: GatePolicy, ledger: ReplayLedger, tickets: TicketOffice) {
        self.policy = policy
        self.ledger = ledger
        self.tickets = tickets
    }

    /// Admits `credential`, shown by `peer`, or says why not.
    ///
    /// Without `keys` a token that is otherwise of its form is refused as `secret_unavailable`. After `signature` it is
    /// worth fetching the keys and asking again, since they may have changed. A ticket is used up by being asked about.
    public mutating func admit(
        _ credential: Credential,
        keys: SigningKeys?,
        peer: IPAddress,
        now: Timestamp
    ) throws(CredentialRejection) -> Grant {
        let grant: Grant
        switch credential {
        case .bearer(let token):
            if policy.roles.isAdminToken(token) { return Grant(admin: ()) }
            grant = try admit(token: token, isFromURL: false, keys: keys, peer: peer, now: now)
        case .signingKey(let token):
            grant = try admit(token: token, isFromURL: true, keys: keys, peer: peer, now: now)
        case .ticket(let text): grant = try admit(ticket: text, peer: peer, now: now)
        // Its record is in the database: `admit(key:)`.
        case .apiKey: throw .apiKey
        }
        try revocations.check(grant)
        return grant
    }

    /// Admits the holder of an API key that was found good.
    public func admit(key: KeyClaims) throws(CredentialRejection) -> Grant {
        guard key.roles == nil || policy.roles.isOn else { throw .role }
        let grant = Grant(key)
        try revocations.check(grant)
        return grant
    }

    /// Remembers a revocation; true when that changes anything.
    public mutating func revoke(_ revocation: Revocation) -> Bool { revocations.add(revocation) }

    /// Whether anything is revoked.
    public var hasRevocations: Bool { !revocations.isEmpty }

    /// Whether what was admitted is revoked by now.
    public func isRevoked(_ credential: RevocableCredential) -> Bool { revocations.revokes(credential) }

    /// Forgets the revocations whose time is over at a moment.
    public mutating func forgetRevocations(before now: Timestamp) { revocations.forget(before: now) }

    /// Spends a token that admits once, immediately before its 101 is sent, and gives what is to be kept of it before
    /// that; nil for one that admits often.
    ///
    /// `replayed` is thrown when another connection was faster, `rate_limited` when no more can be remembered.
    @discardableResult
    public mutating func spend(_ grant: Grant, now: Timestamp) throws(CredentialRejection) -> SpentToken? {
        guard let key = grant.replayKey else { return nil }
        try ledger.spend(key, until: grant.expiresAt, now: now)
        return SpentToken(hash: key.bytes, until: grant.expiresAt)
    }

    /// Takes up what was kept of tokens that an earlier run of the program has spent.
    public mutating func restore(_ tokens: [SpentToken], now: Timestamp) {
        for token in tokens { try? ledger.spend(ReplayKey(bytes: token.hash), until: token.until, now: now) }
    }

    /// A ticket to what `grant` allows, no longer than that, nor than the ticket the caller came by; `rate_limited` when too
    /// many callers have some.
    public mutating func issueTicket(for grant: Grant, now: Timestamp) throws(CredentialRejection) -> Ticket {
        try tickets.issue(grant.withoutURLToken, now: now)
    }

    private mutating func admit(
        token: ArraySlice<UInt8>,
        isFromURL: Bool,
        keys: SigningKeys?,
        peer: IPAddress,
        now: Timestamp
    ) throws(CredentialRejection) -> Grant {
        let verified = try verified(token, keys, now: now)
        let urlToken = isFromURL ? String(decoding: token, as: UTF8.self) : nil
        switch verified.claims {
        case .role(let box):
            let key = policy.tellsTokensApart ? ReplayKey(box.value, payload: verified.payload) : nil
            return Grant(box.value, tokenKey: key, urlToken: urlToken)
        case .session(let box):
            try checkAddress(box.value.ipAddress, peer: peer)
            guard policy.roles.isOn || box.value.roles == nil else { throw .role }
            let isTold = policy.tellsTokensApart || policy.tokenUse == .once
            let key = isTold ? ReplayKey(box.value, payload: verified.payload) : nil
            let replayKey = policy.tokenUse == .once ? key : nil
            if let replayKey { try ledger.check(replayKey, now: now) }
            return Grant(box.value, replayKey: replayKey, tokenKey: key, urlToken: urlToken)
        }
    }

    private mutating func verified(
        _ token: ArraySlice<UInt8>,
        _ keys: SigningKeys?,
        now: Timestamp
    ) throws(CredentialRejection) -> VerifiedToken {
        do throws(TokenFault) {
            let role = policy.roles.key
            let seen = known.find(token, keys, role: role)
            let verified = if let seen { seen } else { try TokenVerifier.verify(token, keys, role: role) }
            try TokenVerifier.check(verified, sessionID: policy.sessionID, now: now)
            if seen == nil { known.add(verified, token) }
            return verified
        } catch {
            throw error.reason
        }
    }

    private mutating func admit(
        ticket: ArraySlice<UInt8>,
        peer: IPAddress,
        now: Timestamp
    ) throws(CredentialRejection) -> Grant {
        let grant = try tickets.redeem(ticket, now: now)
        try checkAddress(grant.ipAddress, peer: peer)
        if let key = grant.replayKey { try ledger.check(key, now: now) }
        return grant
    }

    private func checkAddress(_ address: String?, peer: IPAddress) throws(CredentialRejection) {
        guard policy.checksAddress, let address else { return }
        guard IPAddress(address) == peer else { throw .ipMismatch }
    }
}

extension RevocationList {
    /// Refuses a grant that is revoked.
    fileprivate func check(_ grant: Grant) throws(CredentialRejection) {
        guard isEmpty || !revokes(grant.credential) else { throw .revoked }
    }
}
