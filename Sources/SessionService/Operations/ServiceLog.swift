import ProxyCore
import Synchronization

/// The service's log: the proxy's log lines, for use on any thread.
final class ServiceLog: Sendable {
    private let log: Mutex<EventLog>

    /// A log on standard error of the events at `threshold` or above.
    init(threshold: LogLevel) {
        log = Mutex(
            EventLog(
                threshold: threshold,
                clock: Timestamp.now,
                write: { LineOutput.standardError.write($0) }
            )
        )
    }

    /// Records an event. `EventLog.record` says which values a field must never hold.
    func record(
        _ level: LogLevel,
        _ event: String,
        requestID: RequestID? = nil,
        _ fields: KeyValuePairs<String, LogValue?> = [:]
    ) {
        log.withLock { $0.record(level, event, requestID: requestID, fields) }
    }

    /// How many lines were dropped because standard error was not read in time.
    var droppedLines: UInt64 { log.withLock { $0.droppedLines } }
}
