/// Where the proxy says what happened: one line an event, handed to `write` whole.
///
/// Not `Sendable`: it belongs to the loop that records. It knows no event by name, and never blocks: it drops and counts
/// lines that `write` cannot take at once, so that a full pipe does not stop the traffic.
public final class EventLog {
    /// Lines that could not be written.
    public private(set) var droppedLines: UInt64 = 0

    private let threshold: LogLevel
    private let format: LogFormat
    private let clock: () -> Timestamp
    private let write: ([UInt8]) -> Bool
    private let whenIdle: ((@escaping () -> Void) -> Void)?
    private var gathered: [UInt8] = []
    private var gatheredLines: UInt64 = 0

    /// A log of everything at `threshold` or above.
    ///
    /// - Parameters:
    ///   - clock: the wall clock.
    ///   - whenIdle: runs what it is given once the loop has nothing else to do, so that the lines of a busy turn are
    ///     written together; without it each line is written at once.
    ///   - write: takes lines with their line feeds, together no more than `LogLine.limit` bytes, without blocking;
    ///     false when it could not.
    public init(
        threshold: LogLevel = .info,
        format: LogFormat = .json,
        clock: @escaping () -> Timestamp,
        whenIdle: ((@escaping () -> Void) -> Void)? = nil,
        write: @escaping ([UInt8]) -> Bool
    ) {
        self.threshold = threshold
        self.format = format
        self.clock = clock
        self.whenIdle = whenIdle
        self.write = write
        gathered.reserveCapacity(LogLine.limit)
    }

    /// Whether a line of this level would be written; for callers whose fields cost something to gather.
    public func records(_ level: LogLevel) -> Bool {
        level >= threshold
    }

    /// Records an event with the fields that `describe` appends; it records nothing itself.
    ///
    /// No token, key, cookie or stored value may be given in a field: the log writes all it is given.
    public func record(
        _ level: LogLevel,
        _ event: String,
        requestID: RequestID? = nil,
        describe: (inout LogLine) -> Void
    ) {
        guard records(level) else { return }
        var line = LogLine(after: takeGathered(), format: format, time: clock(), level: level, event: event)
        if let requestID { line.append("requestId", requestID) }
        describe(&line)
        line.finish()
        gather(line.bytes, lastFrom: line.start)
    }

    /// Records an event. Fields whose value is nil are left out. No secret may be in them, as above.
    public func record(
        _ level: LogLevel,
        _ event: String,
        requestID: RequestID? = nil,
        _ fields: KeyValuePairs<String, LogValue?> = [:]
    ) {
        record(level, event, requestID: requestID) { line in
            for (name, value) in fields {
                if let value { line.append(name, value) }
            }
        }
    }

    /// The lines so far, out of their place: the next one is written behind them, and then all are put back.
    private func takeGathered() -> [UInt8] {
        var lines: [UInt8] = []
        swap(&lines, &gathered)
        return lines
    }

    /// Keeps the lines until they are written; all but the last one are written now if they are too long together.
    private func gather(_ lines: [UInt8], lastFrom start: Int) {
        if lines.count > LogLine.limit {
            hand(Array(lines[..<start]))
            gathered = Array(lines[start...])
        } else {
            gathered = lines
        }
        gatheredLines += 1
        guard let whenIdle else { return flush() }
        if gatheredLines == 1 { whenIdle { self.flush() } }
    }

    private func flush() {
        var lines = takeGathered()
        guard !lines.isEmpty else { return }
        hand(lines)
        // The room is kept for the next ones.
        lines.removeAll(keepingCapacity: true)
        gathered = lines
    }

    private func hand(_ lines: [UInt8]) {
        if !write(lines) { droppedLines &+= gatheredLines }
        gatheredLines = 0
    }
}
