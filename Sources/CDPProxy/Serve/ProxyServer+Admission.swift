import ProxyCore

/// Who was let in, and from where.
struct Caller {
    /// What the gate found the credential to be good for.
    let grant: Grant
    /// Where the request comes from.
    let origin: RequestOrigin
}

extension ProxyServer {
    /// The one way to a `Grant`: nothing but `/health` is served without it.
    ///
    /// A token whose signature fits no key may be signed with one that is newer than ours, so the keys are fetched once
    /// more, as often as that is allowed, before it is refused.
    func admit(_ head: RequestHead, _ routed: RoutedRequest, from origin: RequestOrigin) async throws(Refusal) -> Caller
    {
        do throws(Rejection) {
            let credential = try Credential.find(fields: head.fields, query: routed.query)
            if routed.route == .ticket { try Self.checkStandsInHeader(credential) }
            let grant = try await admit(credential, from: origin.address)
            metrics.tokensAccepted.increment()
            return Caller(grant: grant, origin: origin)
        } catch {
            throw .credential(error)
        }
    }

    /// A ticket is for who can send a header and hands the URL on. Given for a ticket, it would make each as good as
    /// the token for as long as that lasts.
    private static func checkStandsInHeader(_ credential: Credential) throws(Rejection) {
        switch credential {
        case .bearer, .apiKey: return
        case .signingKey, .ticket: throw .missing
        }
    }

    private func admit(_ credential: Credential, from address: IPAddress) async throws(Rejection) -> Grant {
        let known = try? await keys.keys()
        do throws(Rejection) {
            return try gate.admit(credential, keys: known, peer: address, now: clock())
        } catch .signature {
            guard let newer = await keys.keysAfterBadSignature() else { throw .signature }
            return try gate.admit(credential, keys: newer, peer: address, now: clock())
        }
    }

    /// A handshake that a web page makes is refused unless its origin is listed: tokens belong on servers.
    func checkOrigin(_ head: RequestHead) throws(Refusal) {
        do throws(Rejection) { try origins.check(head.fields) } catch { throw .credential(error) }
    }

    /// The handshake, if it is as RFC 6455 says.
    func handshake(_ head: RequestHead) throws(Refusal) -> WebSocketUpgrade {
        do throws(UpgradeRefusal) { return try WebSocketUpgrade(head) } catch { throw .handshake(error) }
    }

    /// Sends the 101; the client may be gone by now.
    func send(_ bytes: [UInt8], on stream: TCPStream) async throws(Refusal) {
        do throws(StreamError) { try await stream.write(bytes) } catch { throw .clientGone }
    }

    /// Whether one more client may be joined to Chrome.
    func checkRoom() throws(Refusal) {
        guard !isDraining else { throw .draining }
        guard connections.count < configuration.connections.limit else { throw .connectionLimit }
    }

    /// Spends a token that admits once.
    func spend(_ grant: Grant) throws(Refusal) {
        do throws(Rejection) {
            try gate.spend(grant, now: clock())
        } catch {
            throw .credential(error)
        }
    }
}
