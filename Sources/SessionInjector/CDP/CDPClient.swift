public import ProxyCore

/// A client of the Chrome DevTools Protocol for one flow of control.
///
/// There is no reading task: whoever waits for an answer reads, and keeps for the others what was not meant for them.
/// So nothing runs behind the caller's back, an event's handler runs between two reads of its own, and several
/// commands still overlap, by being sent before the first answer is waited for. Used by one isolation at a time; it
/// does not close the stream.
public final class CDPClient {
    /// The number of a command whose answer is awaited.
    public struct Ticket: Hashable, Sendable {
        fileprivate var id: Int
        fileprivate var method: String
    }

    private let stream: any MessageStream
    private let longestMessage: Int
    private var lastID = 0
    private var awaited: Set<Int> = []
    private var answers: [Int: JSONValue] = [:]

    /// Called with each event, while somebody waits for an answer. An error it throws reaches that one.
    public var onEvent: ((CDPEvent) async throws(CDPError) -> Void)?

    /// Speaks over `stream`, whose handshake is done.
    ///
    /// A command of more than `longestMessage` bytes is refused here. Chrome takes 100 MiB, and drops the connection over
    /// more.
    public init(over stream: any MessageStream, longestMessage: Int = 99 << 20) {
        self.stream = stream
        self.longestMessage = longestMessage
    }

    /// Sets the moment at which whatever waits, now or later, fails; nil for none.
    public func setDeadline(_ deadline: Instant?) {
        stream.setDeadline(deadline)
    }

    /// Sends a command, to be waited for with `answer(to:)`; its ticket must be.
    public func send(
        _ method: String,
        _ parameters: JSONValue = [:],
        session: String? = nil
    ) async throws(CDPError) -> Ticket {
        let message = try makeMessage(method, parameters, session)
        let ticket = Ticket(id: lastID, method: method)
        awaited.insert(ticket.id)
        do { try await stream.send(message) } catch { throw .stream(error) }
        return ticket
    }

    /// Sends a command whose answer nobody will look at.
    public func post(_ method: String, _ parameters: JSONValue = [:], session: String? = nil) async throws(CDPError) {
        let message = try makeMessage(method, parameters, session)
        do { try await stream.send(message) } catch { throw .stream(error) }
    }

    private func makeMessage(
        _ method: String,
        _ parameters: JSONValue,
        _ session: String?
    ) throws(CDPError) -> [UInt8] {
        lastID += 1
        var message: JSONValue = ["id": JSONValue(lastID), "method": JSONValue(method), "params": parameters]
        if let session { message = message.adding("sessionId", JSONValue(session)) }
        let bytes = message.serialized()
        guard bytes.count <= longestMessage else { throw .tooLong(method: method) }
        return bytes
    }

    /// Waits for the answer to a command sent before, and returns its `result`.
    public func answer(to ticket: Ticket) async throws(CDPError) -> JSONValue {
        while answers[ticket.id] == nil { try await readMessage() }
        guard let message = answers.removeValue(forKey: ticket.id) else {
            throw .unexpectedAnswer(method: ticket.method)
        }
        if let error = message["error"] {
            throw .refused(method: ticket.method, code: error["code"]?.intValue ?? 0)
        }
        guard let result = message["result"] else { throw .unexpectedAnswer(method: ticket.method) }
        return result
    }

    /// Sends a command and waits for its answer.
    public func call(
        _ method: String,
        _ parameters: JSONValue = [:],
        session: String? = nil
    ) async throws(CDPError) -> JSONValue {
        try await answer(to: try await send(method, parameters, session: session))
    }

    /// Reads and hands out messages until `isDone` says so; it is asked after each.
    public func read(until isDone: () -> Bool) async throws(CDPError) {
        while !isDone() { try await readMessage() }
    }

    private func readMessage() async throws(CDPError) {
        let bytes: [UInt8]
        do { bytes = try await stream.receive() } catch { throw .stream(error) }
        // Chrome's own limit of nesting is some 300 levels.
        let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512)
        guard let message = try? JSONValue.parse(bytes, options: options), message.objectValue != nil else {
            throw .unexpectedAnswer(method: "a message")
        }
        if let id = message["id"]?.intValue {
            if awaited.remove(id) != nil { answers[id] = message }
        } else if let method = message["method"]?.stringValue {
            let event = CDPEvent(
                method: method,
                parameters: message["params"] ?? [:],
                sessionID: message["sessionId"]?.stringValue
            )
            try await onEvent?(event)
        }
    }
}
