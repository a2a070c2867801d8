import ProxyCore

// What is counted and logged as clients come and go. No line and no metric has a token, a cookie or a stored value in it.

extension ProxyServer {
    /// A client was joined to Chrome.
    func began(_ connection: LiveConnection, until expiry: Double) {
        metrics.connections.increment()
        log.record(
            .info,
            "connected",
            requestID: connection.request,
            [
                "sessionId": .string(connection.sessionID),
                "projectId": .string(connection.projectID),
                "userId": connection.userID.map { .string($0) },
                "peer": .string(connection.peer.description),
            ]
        )
        if configuration.gate.expiresConnections { closeAtExpiry(connection, expiry) }
    }

    /// A client's connection is over.
    func ended(_ request: RequestID, _ end: RelayEnd, _ totals: RelayTotals) {
        guard let connection = connections.remove(request, totals: totals) else { return }
        if let timer = connection.expiryTimer { loop.cancel(timer) }
        metrics.closes["\(end.code)", end.side.rawValue].increment()
        // Chrome may have gone; whoever asks next whether it is there shall not hear what was so before.
        if end.side == .chrome { chromeState = nil }
        log.record(
            .info,
            "closed",
            requestID: connection.request,
            [
                "sessionId": .string(connection.sessionID),
                "projectId": .string(connection.projectID),
                "peer": .string(connection.peer.description),
                "code": .integer(Int(end.code.rawValue)),
                "side": .string(end.side.rawValue),
                "fault": end.fault.map { .string($0.rawValue) },
                "seconds": .number(clock() - connection.since),
                "bytesToChrome": .count(totals.bytesToChrome),
                "bytesToClient": .count(totals.bytesToClient),
                "framesToChrome": .count(totals.framesToChrome),
                "framesToClient": .count(totals.framesToClient),
            ]
        )
        stopIfEmpty()
    }

    /// A request was refused.
    func refused(_ refusal: Refusal, _ request: RequestID, peer: IPAddress) {
        switch refusal {
        case .clientGone, .headIncomplete(begun: false): return
        case .credential(let rejection):
            metrics.tokensRejected[rejection.rawValue].increment()
            recordRefusal("token_rejected", refusal, request, peer)
        case .head, .headIncomplete, .handshake, .method, .notFound:
            recordRefusal("request_refused", refusal, request, peer)
        case .draining, .connectionLimit, .chrome, .session: recordRefusal("connection_refused", refusal, request, peer)
        }
    }

    private func recordRefusal(_ event: String, _ refusal: Refusal, _ request: RequestID, _ peer: IPAddress) {
        log.record(
            .warning,
            event,
            requestID: request,
            ["reason": .string(refusal.reason), "peer": .string(peer.description)]
        )
    }

    /// A client's handshake is over, one way or another.
    func handshakeEnded() {
        handshakes -= 1
        stopIfEmpty()
    }

    private func closeAtExpiry(_ connection: LiveConnection, _ expiry: Double) {
        let timer = LoopTimer { [unowned connection] in
            connection.relay?.close(.tokenExpired, reason: "the token has expired")
        }
        connection.expiryTimer = timer
        loop.schedule(timer, at: loop.now + .seconds(max(expiry - clock(), 0)))
    }
}
