import ProxyCore
import SessionStore
import Settings

/// Decides which requests are admitted: by their origin and their credential, and only once where a token admits once. It
/// also issues the tickets by which an admitted caller comes back.
///
/// Lives on the loop's thread.
final class Doorkeeper {
    /// The keys that tokens are verified with.
    let keys: SigningKeySource
    /// The API keys that admit callers.
    let keyRing: KeyRing
    private let origins: OriginPolicy
    private let trustedProxies: TrustedProxies
    private let state: KeptState
    private let accepted: Counter
    /// The wall clock.
    private let clock: @Sendable () -> Timestamp
    /// Whether a connection ends when its token expires.
    private let expiresConnections: Bool
    private var gate: Gate
    /// Nil when an address may show as many refused credentials as it likes.
    private var refusals: RefusalLimiter?

    /// A doorkeeper that has admitted no request yet.
    init(
        _ settings: GateSettings,
        _ listeners: ListenSettings,
        _ store: StoreSettings,
        keys: SigningKeySource,
        state: KeptState,
        _ context: ServerContext
    ) {
        gate = Gate(policy: settings.policy)
        expiresConnections = settings.expiresConnections
        refusals = settings.refusals.map { RefusalLimiter(perMinute: $0) }
        origins = OriginPolicy(allowing: listeners.allowedOrigins.map(\.description))
        trustedProxies = TrustedProxies(listeners.trustedProxies)
        self.keys = keys
        keyRing = KeyRing(store, log: context.log, clock: context.clock)
        self.state = state
        accepted = context.metrics.tokensAccepted
        clock = context.clock
    }

    // MARK: Admission

    /// Where a request comes from: its peer, or the address that a trusted proxy names.
    func origin(of head: RequestHead, peer: IPAddress) -> RequestOrigin { trustedProxies.origin(of: head, peer: peer) }

    /// Refuses a handshake that a web page makes, unless the page's origin is listed: tokens belong on servers.
    func checkOrigin(_ head: RequestHead) throws(RequestRefusal) {
        do throws(CredentialRejection) { try origins.check(head.fields) } catch {
            throw .origin(UnlistedOrigin(head.fields))
        }
    }

    /// The one way to a `Grant`: nothing but `/health` is served without it.
    func admit(
        _ head: RequestHead,
        _ routed: RoutedRequest,
        from address: IPAddress
    ) async throws(RequestRefusal) -> Grant {
        let credential = try credential(of: head, routed, from: address)
        if case .apiKey(let key) = credential {
            let found = await claims(of: key)
            return try admit(found, from: address)
        }
        do throws(CredentialRejection) {
            var known = keys.keysAtHand
            if known == nil { known = try? await keys.keys() }
            let grant: Grant
            do throws(CredentialRejection) {
                grant = try gate.admit(credential, keys: known, peer: address, now: clock())
            } catch .signature {
                // A newer key may fit: the keys are fetched once more, as often as that is allowed.
                guard let newer = await keys.keysAfterBadSignature() else { throw .signature }
                grant = try gate.admit(credential, keys: newer, peer: address, now: clock())
            }
            accepted.increment()
            return grant
        } catch {
            throw refusal(error, from: address)
        }
    }

    private func credential(
        of head: RequestHead,
        _ routed: RoutedRequest,
        from address: IPAddress
    ) throws(RequestRefusal) -> Credential {
        do throws(CredentialRejection) {
            let credential = try Credential.find(fields: head.fields, query: routed.query)
            if routed.route == .ticket { try Self.checkStandsInHeader(credential) }
            return credential
        } catch {
            throw refusal(error, from: address)
        }
    }

    /// What is known of an API key, of which one use is counted in the database.
    private func claims(of key: ArraySlice<UInt8>) async -> Result<KeyClaims, KeyRefusal> {
        do throws(KeyRefusal) { return .success(KeyClaims(try await keyRing.admit(key))) } catch {
            return .failure(error)
        }
    }

    private func admit(
        _ found: Result<KeyClaims, KeyRefusal>,
        from address: IPAddress
    ) throws(RequestRefusal) -> Grant {
        switch found {
        case .failure(let error):
            if let seconds = error.retryAfter { throw .keyOverRate(retryAfter: seconds) }
            throw refusal(error.rejection, from: address)
        case .success(let claims):
            do throws(CredentialRejection) {
                let grant = try gate.admit(key: claims)
                accepted.increment()
                return grant
            } catch {
                throw refusal(error, from: address)
            }
        }
    }

    /// The refusal of a credential, counted for the address it came from. Many callers share the address of a trusted proxy
    /// that names no client, so none is counted for that.
    private func refusal(_ rejection: CredentialRejection, from address: IPAddress) -> RequestRefusal {
        guard rejection.countsAgainstCaller, !trustedProxies.isTrusted(address),
            let seconds = refusals?.count(from: address, now: clock())
        else { return .credential(rejection) }
        return .tooManyRefusals(rejection, retryAfter: seconds)
    }

    /// A ticket is for callers who can send a header and hand the URL on. If a ticket bought a ticket, each would be as good
    /// as the token for as long as the caller goes on asking.
    private static func checkStandsInHeader(_ credential: Credential) throws(CredentialRejection) {
        switch credential {
        case .bearer, .apiKey: return
        case .signingKey, .ticket: throw .missing
        }
    }

    /// How long a connection may last from now on; nil when it may outlive its token.
    func lifetime(of grant: Grant) -> Duration? {
        guard expiresConnections, grant.expiresAt < .latest else { return nil }
        return .seconds(max(grant.expiresAt.seconds(since: clock()), 0))
    }

    /// Refuses from now on what a revocation is about; true when that changes anything.
    func revoke(_ revocation: Revocation) -> Bool { gate.revoke(revocation) }

    /// Whether what was admitted is revoked by now. Where nothing is, the credential is not even put together.
    func isRevoked(_ credential: @autoclosure () -> RevocableCredential) -> Bool {
        gate.hasRevocations && gate.isRevoked(credential())
    }

    /// Forgets the revocations whose time is over.
    func forgetRevocations() { gate.forgetRevocations(before: clock()) }

    // MARK: Tokens that admit once

    /// Spends a token that admits once, and keeps that beyond the proxy's end.
    func spend(_ grant: Grant) throws(RequestRefusal) {
        let now = clock()
        let spent: SpentToken?
        do throws(CredentialRejection) { spent = try gate.spend(grant, now: now) } catch {
            throw .credential(error)
        }
        if let spent { try state.keep(spent, now: now) }
    }

    /// Takes up which tokens an earlier run has spent.
    func restoreSpentTokens() throws(StartError) {
        guard gate.policy.tokenUse == .once else { return }
        let now = clock()
        gate.restore(try state.spentTokens(now: now), now: now)
    }

    // MARK: Another process

    /// What the gate remembers, for the process that takes this one's place.
    func handover(now: Timestamp) -> [JSONValue] { gate.handover(now: now) }

    /// Takes up a line of what the process before remembers; false when it cannot be read.
    func takeOver(_ line: JSONValue, now: Timestamp) -> Bool { gate.takeOver(line, now: now) }

    // MARK: Tickets

    /// A ticket to what a grant allows.
    func ticket(for grant: Grant) throws(RequestRefusal) -> Ticket {
        do throws(CredentialRejection) { return try gate.issueTicket(for: grant, now: clock()) } catch {
            throw .credential(error)
        }
    }
}

extension KeyClaims {
    /// What the gate is told of a key's record.
    fileprivate convenience init(_ record: KeyRecord) {
        self.init(id: record.id, userID: record.userID, roles: record.roles, expiresAt: record.expiresAt)
    }
}
