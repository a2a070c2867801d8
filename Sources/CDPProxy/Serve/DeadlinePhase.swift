import ProxyCore

/// What may take so long and no longer. The raw value is the label of the metric.
enum DeadlinePhase: String, CaseIterable {
    /// A request's head.
    case head
    /// A TLS handshake.
    case tls
    /// Chrome's answer to a handshake or a request.
    case chrome
    /// Injection.
    case injection
    /// The time since a client's last message.
    case idle
    /// A connection.
    case age
}

extension DeadlinePhase {
    /// The phase whose end closed a connection; nil when something else did.
    init?(_ end: RelayEnd) {
        guard end.side == .proxy else { return nil }
        switch end.code {
        case .idle: self = .idle
        case .outlived: self = .age
        default: return nil
        }
    }
}

extension RequestRefusal {
    /// The phase that took too long; nil when that is not why.
    var phase: DeadlinePhase? {
        switch self {
        case .headIncomplete: .head
        case .tlsIncomplete: .tls
        case .chrome(.timedOut): .chrome
        default: nil
        }
    }
}
