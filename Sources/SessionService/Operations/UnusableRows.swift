import ProxyCore
import SessionStore
import Synchronization

/// Tells operators of rows in which something is stored that does not belong there: each once, by its id and never by
/// what is in it.
final class UnusableRows: Sendable {
    /// So many are told of in a life of the process; a table that is all wrong must not fill memory or the log.
    static let limit = 1000

    private let log: ServiceLog
    private let told = Mutex<Set<String>>([])

    /// Nobody was told of any yet.
    init(log: ServiceLog) {
        self.log = log
    }

    /// Looks at what was found, and hands it on.
    func noting(_ found: SessionMetadata) -> SessionMetadata {
        guard !found.unusableColumns.isEmpty, isNew(found.id) else { return found }
        log.record(
            .error,
            "session_unusable",
            [
                "sessionId": .string(found.id),
                "columns": .string(found.unusableColumns.joined(separator: ",")),
                "advice": "PUT a new expires_at, or delete the session",
            ]
        )
        return found
    }

    private func isNew(_ id: String) -> Bool {
        told.withLock { $0.count < Self.limit && $0.insert(id).inserted }
    }
}
