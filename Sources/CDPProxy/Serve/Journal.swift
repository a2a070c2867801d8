import ProxyCore

/// What is known of a refused request, for its log line.
struct RequestTrace {
    let id: RequestID
    /// The client's address.
    let peer: IPAddress
    /// Nil when no credential was admitted.
    let grant: Grant?
}

/// Counts and logs clients as they come and go. No line and no metric has a token, a cookie or a stored value in it.
///
/// Lives on the loop's thread.
final class Journal {
    private let metrics: ProxyMetrics
    private let log: EventLog
    /// The wall clock.
    private let clock: @Sendable () -> Timestamp

    /// A journal in this context's log and metrics.
    init(_ context: ServerContext) {
        metrics = context.metrics
        log = context.log
        clock = context.clock
    }

    /// A client was sent its 101, this long after its request had come whole.
    func upgraded(after time: Duration) { metrics.connectSeconds.observe(time.inSeconds) }

    /// A client is joined to Chrome.
    func connected(_ connection: ConnectionRecord) {
        metrics.connections.increment()
        log.record(.info, "connected", requestID: connection.request) { line in
            line.append("sessionId", connection.sessionID)
            line.append("projectId", connection.projectID)
            if let userID = connection.userID { line.append("userId", userID) }
            line.append("peer", connection.peer)
        }
    }

    /// A connection is over.
    func closed(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        metrics.closes[end.code.label, end.side.rawValue].increment()
        log.record(.info, "closed", requestID: connection.request) { line in
            line.append("sessionId", connection.sessionID)
            line.append("projectId", connection.projectID)
            line.append("peer", connection.peer)
            line.append("code", Int(end.code.rawValue))
            line.append("side", end.side.rawValue)
            if let fault = end.fault { line.append("fault", fault.rawValue) }
            line.append("seconds", clock().seconds(since: connection.since))
            line.append("bytesToChrome", .count(totals.bytesToChrome))
            line.append("bytesToClient", .count(totals.bytesToClient))
            line.append("framesToChrome", .count(totals.framesToChrome))
            line.append("framesToClient", .count(totals.framesToClient))
        }
    }

    /// A request was refused. One with a good credential is counted apart, and its line names session, project and user.
    func refused(_ refusal: RequestRefusal, _ trace: RequestTrace) {
        switch refusal {
        case .clientGone, .headIncomplete(begun: false): return
        case .credential(let rejection):
            metrics.tokensRejected[rejection.rawValue].increment()
            record("token_rejected", refusal, trace)
        case .origin:
            metrics.tokensRejected[refusal.reason].increment()
            record("token_rejected", refusal, trace)
        case .head, .headIncomplete, .handshake, .method, .notFound:
            record("request_refused", refusal, trace)
        case .draining, .connectionLimit, .chrome, .session:
            metrics.connectionsRefused[refusal.reason].increment()
            record("connection_refused", refusal, trace)
        }
    }

    private func record(_ event: String, _ refusal: RequestRefusal, _ trace: RequestTrace) {
        log.record(.warning, event, requestID: trace.id) { line in
            line.append("reason", refusal.reason)
            if case .origin(let origin) = refusal { line.append("origin", origin.description) }
            if let cause = refusal.cause { line.append("cause", cause) }
            if let grant = trace.grant {
                line.append("sessionId", grant.sessionID)
                line.append("projectId", grant.projectID)
                if let userID = grant.userID { line.append("userId", userID) }
            }
            line.append("peer", trace.peer)
        }
    }
}
