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
            line.appendOwner(connection.sessionID, connection.projectID, connection.userID)
            if let roles = connection.roles { line.append("roles", roles.joined(separator: ",")) }
            line.append("peer", connection.peer)
            if let subject = connection.subject { line.append("subject", subject) }
            if connection.compression != nil { line.append("compression", "permessage-deflate") }
        }
    }

    /// A connection is over.
    func closed(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        metrics.closes[end.code.label, end.side.rawValue].increment()
        if let phase = DeadlinePhase(end) { metrics.deadlines[phase.rawValue].increment() }
        log.record(.info, "closed", requestID: connection.request) { line in
            line.appendOwner(connection.sessionID, connection.projectID, connection.userID)
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

    /// A command of a client was not passed on as it came. Each is counted; the first of its method in a connection has a line.
    func noticed(_ event: CommandEvent, of connection: ConnectionRecord, isFirst: Bool) {
        switch event {
        case .disconnect: return
        case .malformed(let fault):
            metrics.policyDenied["malformed"].increment()
            guard isFirst else { return }
            log.record(
                .warning,
                "command_malformed",
                requestID: connection.request,
                ["detail": .string(fault.rawValue)]
            )
        case .denied(let method, let denial, let isEnforced):
            if isEnforced { metrics.policyDenied[denial.permission.rawValue].increment() }
            guard isFirst else { return }
            log.record(.warning, isEnforced ? "command_denied" : "command_observed", requestID: connection.request) {
                line in
                line.append("method", method)
                line.append("permission", denial.permission.rawValue)
                line.appendOwner(connection.sessionID, connection.projectID, connection.userID)
                line.append("peer", connection.peer)
            }
        }
    }

    /// A request was refused. One with a good credential is counted apart, and its line names session, project and user.
    func refused(_ refusal: RequestRefusal, _ trace: RequestTrace) {
        if let phase = refusal.phase { metrics.deadlines[phase.rawValue].increment() }
        switch refusal {
        case .clientGone, .headIncomplete(begun: false): return
        case .tls(let fault):
            metrics.tls.failures[fault == .plainHTTP ? "plain_http" : "handshake"].increment()
            record("request_refused", refusal, trace)
        case .credential(let rejection):
            metrics.tokensRejected[rejection.rawValue].increment()
            record("token_rejected", refusal, trace)
        case .tooManyRefusals, .keyOverRate, .origin:
            metrics.tokensRejected[refusal.reason].increment()
            record("token_rejected", refusal, trace)
        case .head, .headIncomplete, .tlsIncomplete, .handshake, .method, .notFound:
            record("request_refused", refusal, trace)
        case .draining, .connectionLimit, .permission, .chrome, .session, .download:
            metrics.connectionsRefused[refusal.reason].increment()
            record("connection_refused", refusal, trace)
        }
    }

    private func record(_ event: String, _ refusal: RequestRefusal, _ trace: RequestTrace) {
        log.record(.warning, event, requestID: trace.id) { line in
            line.append("reason", refusal.reason)
            if case .origin(let origin) = refusal { line.append("origin", origin.description) }
            if let cause = refusal.cause { line.append("cause", cause) }
            if let grant = trace.grant { line.appendOwner(grant.sessionID, grant.projectID, grant.userID) }
            line.append("peer", trace.peer)
        }
    }
}

extension LogLine {
    /// Adds the session, the project and the user of a request, as far as its credential says.
    fileprivate mutating func appendOwner(_ sessionID: String?, _ projectID: String?, _ userID: String?) {
        if let sessionID { append("sessionId", sessionID) }
        if let projectID { append("projectId", projectID) }
        if let userID { append("userId", userID) }
    }
}
