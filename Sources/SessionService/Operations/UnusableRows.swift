import ProxyCore
import SessionStore
import Synchronization

/// Logs the rows that have unreadable columns: each one once, by its id and without its contents.
final class UnusableRows: Sendable {
    /// The most rows it logs in the life of the process, so that a wholly faulty table fills neither the memory nor the
    /// log.
    static let limit = 1000

    private let log: ServiceLog
    private let reported = Mutex<Set<String>>([])

    /// Has logged no rows yet.
    init(log: ServiceLog) {
        self.log = log
    }

    /// Logs a faulty row, and returns it.
    func reporting(_ found: SessionMetadata) -> SessionMetadata {
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
        reported.withLock { $0.count < Self.limit && $0.insert(id).inserted }
    }
}
