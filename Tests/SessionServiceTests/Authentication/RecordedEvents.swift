import ProxyCore
import Synchronization

@testable import SessionService

/// The recorded log lines and counts.
final class RecordedEvents: Sendable {
    private let recorded = Mutex<(lines: [String], counts: [String])>(([], []))

    /// The lines, as `warning jwks_failed reason=no connection`, without the seconds.
    var lines: [String] { recorded.withLock { $0.lines } }
    /// The counted results.
    var counts: [String] { recorded.withLock { $0.counts } }

    /// The closures for the source.
    var events: AuthenticationEvents {
        AuthenticationEvents(
            log: { level, event, fields in
                let written = fields.compactMap { name, value -> String? in
                    switch value {
                    case .string(let text): " \(name)=\(text)"
                    case .integer(let number): " \(name)=\(number)"
                    default: nil
                    }
                }
                self.recorded.withLock { $0.lines.append("\(level) \(event)\(written.joined())") }
            },
            countFetch: { result in self.recorded.withLock { $0.counts.append(result) } }
        )
    }
}
