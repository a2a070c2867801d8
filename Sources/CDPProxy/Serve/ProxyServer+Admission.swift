import ProxyCore
import SessionStore

/// Who was let in, and from where.
struct Caller {
    /// What the gate found the credential to be good for.
    let grant: Grant
    /// Where the request comes from.
    let origin: RequestOrigin
}

extension ProxyServer {
    /// The one way to a `Grant`: nothing but `/health` is served without it.
    func admit(
        _ head: RequestHead,
        _ routed: RoutedRequest,
        from origin: RequestOrigin
    ) async throws(RequestRefusal) -> Caller {
        do throws(CredentialRejection) {
            let credential = try Credential.find(fields: head.fields, query: routed.query)
            if routed.route == .ticket { try Self.checkStandsInHeader(credential) }
            var known = keys.keysAtHand
            if known == nil { known = try? await keys.keys() }
            let grant: Grant
            do throws(CredentialRejection) {
                grant = try gate.admit(credential, keys: known, peer: origin.address, now: clock())
            } catch .signature {
                // A key that is newer than ours may fit: they are fetched once more, as often as that is allowed.
                guard let newer = await keys.keysAfterBadSignature() else { throw .signature }
                grant = try gate.admit(credential, keys: newer, peer: origin.address, now: clock())
            }
            metrics.tokensAccepted.increment()
            return Caller(grant: grant, origin: origin)
        } catch {
            throw .credential(error)
        }
    }

    /// A ticket is for who can send a header and hands the URL on. Given for a ticket, it would make each as good as
    /// the token for as long as that lasts.
    private static func checkStandsInHeader(_ credential: Credential) throws(CredentialRejection) {
        switch credential {
        case .bearer, .apiKey: return
        case .signingKey, .ticket: throw .missing
        }
    }

    /// A handshake that a web page makes is refused unless its origin is listed: tokens belong on servers.
    func checkOrigin(_ head: RequestHead) throws(RequestRefusal) {
        do throws(CredentialRejection) { try origins.check(head.fields) } catch {
            throw .origin(UnlistedOrigin(head.fields))
        }
    }

    /// The handshake, if it is as RFC 6455 says.
    func handshake(_ head: RequestHead) throws(RequestRefusal) -> WebSocketUpgrade {
        do throws(UpgradeRefusal) { return try WebSocketUpgrade(head) } catch { throw .handshake(error) }
    }

    /// Sends the 101; the client may be gone by now.
    func send(_ bytes: [UInt8], on stream: TCPStream) async throws(RequestRefusal) {
        do throws(StreamError) { try await stream.write(bytes) } catch { throw .clientGone }
    }

    /// Whether one more client may be joined to Chrome.
    func checkRoom() throws(RequestRefusal) {
        guard !isDraining else { throw .draining }
        guard connected < configuration.connections.limit else { throw .connectionLimit }
    }

    /// Spends a token that admits once, and has that written down.
    func spend(_ grant: Grant) throws(RequestRefusal) {
        let spent: SpentToken?
        do throws(CredentialRejection) { spent = try gate.spend(grant, now: clock()) } catch {
            throw .credential(error)
        }
        guard let spent, let stateFile else { return }
        do throws(SessionStoreError) {
            try stateFile.spend(spent.hash, until: spent.until, now: clock())
        } catch {
            log.record(.error, "state_unavailable", ["detail": .string(error.description)])
            throw .session(.stateUnavailable)
        }
    }

    /// Takes up which tokens an earlier run has spent.
    func restoreSpentTokens() throws(StartError) {
        guard configuration.gate.policy.tokenUse == .once, let stateFile else { return }
        do throws(SessionStoreError) {
            let spent = try stateFile.spentTokens(now: clock())
            gate.restore(spent.map { SpentToken(hash: $0.hash, until: $0.until) }, now: clock())
        } catch {
            throw StartError(description: "CDP_PROXY_STATE: \(error).")
        }
    }
}
