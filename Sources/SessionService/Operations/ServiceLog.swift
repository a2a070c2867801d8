import ProxyCore
import Synchronization

/// Where the service says what happened: the proxy's log lines, from any thread.
final class ServiceLog: Sendable {
    private let log: Mutex<EventLog>

    /// A log of everything at `threshold` or above, on standard error.
    init(threshold: LogLevel) {
        log = Mutex(
            EventLog(
                threshold: threshold,
                clock: Timestamp.now,
                write: { LineOutput.standardError.write($0) }
            )
        )
    }

    /// Records an event; see `EventLog.record`, and what must never be given in a field.
    func record(
        _ level: LogLevel,
        _ event: String,
        requestID: RequestID? = nil,
        _ fields: KeyValuePairs<String, LogValue?> = [:]
    ) {
        log.withLock { $0.record(level, event, requestID: requestID, fields) }
    }

    /// Lines nobody took in time.
    var droppedLines: UInt64 { log.withLock { $0.droppedLines } }
}
