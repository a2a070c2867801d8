import ProxyCore

// What is counted and logged as clients come and go. No line and no metric has a token, a cookie or a stored value in it.

extension ProxyServer {
    /// A client is joined to Chrome.
    func began(_ connection: ConnectionRecord) {
        connected += 1
        metrics.connections.increment()
        metrics.connectionsActive.value = Double(connected)
        log.record(.info, "connected", requestID: connection.request) { line in
            line.append("sessionId", connection.sessionID)
            line.append("projectId", connection.projectID)
            if let userID = connection.userID { line.append("userId", userID) }
            line.append("peer", connection.peer)
        }
    }

    /// A connection is over, on whichever loop it was.
    nonisolated func hearOfEnd(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        if loop.isOnLoop {
            assumeIsolated { $0.ended(connection, end, totals) }
        } else {
            Task(executorPreference: loop) { await self.ended(connection, end, totals) }
        }
    }

    private func ended(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        connected -= 1
        door.leave(connection.pass)
        metrics.connectionsActive.value = Double(connected)
        metrics.closes[end.code.label, end.side.rawValue].increment()
        // Chrome may have gone; whoever asks next whether it is there shall not hear what was so before.
        if end.side == .chrome { chromeState = nil }
        log.record(.info, "closed", requestID: connection.request) { line in
            line.append("sessionId", connection.sessionID)
            line.append("projectId", connection.projectID)
            line.append("peer", connection.peer)
            line.append("code", Int(end.code.rawValue))
            line.append("side", end.side.rawValue)
            if let fault = end.fault { line.append("fault", fault.rawValue) }
            line.append("seconds", clock() - connection.since)
            line.append("bytesToChrome", .count(totals.bytesToChrome))
            line.append("bytesToClient", .count(totals.bytesToClient))
            line.append("framesToChrome", .count(totals.framesToChrome))
            line.append("framesToClient", .count(totals.framesToClient))
        }
        stopIfEmpty()
    }

    /// A request was refused. One with a good credential is counted as that, and named by whose it was.
    func refused(_ refusal: RequestRefusal, _ request: RequestID, peer: IPAddress, _ grant: Grant?) {
        switch refusal {
        case .clientGone, .headIncomplete(begun: false): return
        case .credential(let rejection):
            metrics.tokensRejected[rejection.rawValue].increment()
            recordRefusal("token_rejected", refusal, request, peer, grant)
        case .origin:
            metrics.tokensRejected[refusal.reason].increment()
            recordRefusal("token_rejected", refusal, request, peer, grant)
        case .head, .headIncomplete, .handshake, .method, .notFound:
            recordRefusal("request_refused", refusal, request, peer, grant)
        case .draining, .connectionLimit, .chrome, .session:
            metrics.connectionsRefused[refusal.reason].increment()
            recordRefusal("connection_refused", refusal, request, peer, grant)
        }
    }

    private func recordRefusal(
        _ event: String,
        _ refusal: RequestRefusal,
        _ request: RequestID,
        _ peer: IPAddress,
        _ grant: Grant?
    ) {
        log.record(.warning, event, requestID: request) { line in
            line.append("reason", refusal.reason)
            if case .origin(let origin) = refusal { line.append("origin", origin.description) }
            if let cause = refusal.cause { line.append("cause", cause) }
            if let grant {
                line.append("sessionId", grant.sessionID)
                line.append("projectId", grant.projectID)
                if let userID = grant.userID { line.append("userId", userID) }
            }
            line.append("peer", peer)
        }
    }

    /// A client's handshake is over, one way or another.
    func handshakeEnded() {
        handshakes -= 1
        stopIfEmpty()
    }
}
