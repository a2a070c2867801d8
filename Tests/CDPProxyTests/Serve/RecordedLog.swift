import ProxyCore
import Synchronization
import TestSupport

/// What a server has logged, line by line.
final class RecordedLog: Sendable {
    /// A line, read as JSON.
    struct Line: Sendable {
        /// The line as it was written.
        let text: String
        let json: JSONValue

        var event: String? { self["event"] }

        /// A member as text.
        subscript(name: String) -> String? { json[name]?.stringValue }

        /// A member as a number.
        func number(_ name: String) -> Int? { json[name]?.intValue }
    }

    private let written = Mutex<[Line]>([])
    private let notes = Mutex<[String]>([])
    private let events: EventWait

    init(on loop: EventLoop) {
        events = EventWait(on: loop)
    }

    /// All lines so far.
    var lines: [Line] { written.withLock { $0 } }

    /// The lines of an event.
    func lines(_ event: String) -> [Line] { lines.filter { $0.event == event } }

    /// Takes lines, as the server writes them.
    @Sendable func write(_ lines: [UInt8]) -> Bool {
        for line in lines.split(separator: 0x0A) {
            let json = (try? JSONValue.parse(Array(line))) ?? .null
            written.withLock { $0.append(Line(text: String(decoding: line, as: UTF8.self) + "\n", json: json)) }
        }
        events.changed()
        return true
    }

    /// Waits for a line and gives it.
    func line(_ isIt: @escaping (Line) -> Bool) async throws -> Line {
        try await events.until("a log line") { self.lines.contains(where: isIt) }
        guard let line = lines.first(where: isIt) else { throw EventWait.Overdue(what: "a log line") }
        return line
    }

    /// Waits until something holds, which is looked at after each line.
    func until(_ what: String, _ isOver: @escaping () -> Bool) async throws {
        try await events.until(what, isOver)
    }

    /// Takes a note of the harness's own.
    func note(_ text: String) {
        notes.withLock { $0.append(text) }
        events.changed()
    }

    /// Waits for a note.
    func noted(_ text: String) async throws {
        try await events.until(text) { self.notes.withLock { $0 }.contains(text) }
    }

    /// The notes so far.
    var allNotes: [String] { notes.withLock { $0 } }
}
