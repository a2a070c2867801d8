/// Where the proxy says what happened: one line an event, handed to `write` whole.
///
/// Not `Sendable`: it belongs to the loop that records. It knows no event by name, and never blocks: lines that
/// `write` cannot take at once are dropped and counted, since a log nobody reads must not stop the traffic.
public final class EventLog {
    /// Lines that could not be written.
    public private(set) var droppedLines: UInt64 = 0

    private let threshold: LogLevel
    private let format: LogFormat
    private let clock: () -> Double
    private let write: ([UInt8]) -> Bool
    private let loop: EventLoop?
    private var gathered: [UInt8] = []
    private var gatheredLines: UInt64 = 0

    /// A log of everything at `threshold` or above.
    ///
    /// - Parameters:
    ///   - clock: seconds since 1970.
    ///   - loop: gathers lines while it is busy, so that they are written together; without one each is written at once.
    ///   - write: takes lines with their line feeds, together no more than `LogLine.limit` bytes, without blocking;
    ///     false when it could not.
    public init(
        threshold: LogLevel = .info,
        format: LogFormat = .json,
        clock: @escaping () -> Double,
        gatheringOn loop: EventLoop? = nil,
        write: @escaping ([UInt8]) -> Bool
    ) {
        self.threshold = threshold
        self.format = format
        self.clock = clock
        self.loop = loop
        self.write = write
    }

    /// Whether a line of this level would be written; for callers whose fields cost something to gather.
    public func records(_ level: LogLevel) -> Bool {
        level >= threshold
    }

    /// Records an event. Fields whose value is nil are left out.
    ///
    /// No token, key, cookie or stored value may be given in a field: what is given is written.
    public func record(
        _ level: LogLevel,
        _ event: String,
        requestID: RequestID? = nil,
        _ fields: KeyValuePairs<String, LogValue?> = [:]
    ) {
        guard records(level) else { return }
        var line = LogLine(
            format: format,
            time: UTCTimestamp(secondsSince1970: clock()),
            level: level,
            event: event
        )
        if let requestID { line.append("requestId", .string(requestID.description)) }
        for (name, value) in fields {
            if let value { line.append(name, value) }
        }
        add(line.finish())
    }

    private func add(_ line: [UInt8]) {
        if gathered.count + line.count > LogLine.limit { flush() }
        let isFirst = gathered.isEmpty
        gathered += line
        gatheredLines += 1
        guard let loop else { return flush() }
        if isFirst { loop.putOff { self.flush() } }
    }

    private func flush() {
        guard !gathered.isEmpty else { return }
        if !write(gathered) { droppedLines &+= gatheredLines }
        gathered.removeAll(keepingCapacity: true)
        gatheredLines = 0
    }
}
