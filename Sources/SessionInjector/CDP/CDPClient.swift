public import ProxyCore

/// A client of the Chrome DevTools Protocol for one flow of control.
///
/// There is no reading task. The caller that waits for an answer reads the stream, and stores the answers to its other
/// commands until it asks for them. So nothing runs in the background: an event's handler runs between two reads of the
/// caller's own. Several commands can still overlap: send them all before waiting for the first answer. One isolation
/// at a time may use a client. It does not close the stream.
public final class CDPClient {
    /// A command that has been sent and not yet answered.
    public struct PendingCommand: Hashable, Sendable {
        fileprivate var id: Int
        fileprivate var method: String
    }

    private let stream: any MessageStream
    private let longestMessage: Int
    private var lastID = 0
    private var awaited: Set<Int> = []
    private var answers: [Int: JSONValue] = [:]

    /// Called with each event, while the caller waits for an answer. An error it throws ends that wait.
    public var onEvent: ((CDPEvent) async throws(CDPError) -> Void)?

    /// Speaks over `stream`, whose handshake is done.
    ///
    /// The client refuses to send a command of more than `longestMessage` bytes, because Chrome drops the connection
    /// over a message of more than 100 MiB.
    public init(over stream: any MessageStream, longestMessage: Int = 99 << 20) {
        self.stream = stream
        self.longestMessage = longestMessage
    }

    /// Sets the moment at which every wait fails, a later one included; nil for none.
    public func setDeadline(_ deadline: Instant?) {
        stream.setDeadline(deadline)
    }

    /// Sends a command. The caller must then wait for its answer with `answer(to:)`.
    public func send(
        _ method: String,
        _ parameters: JSONValue = [:],
        session: String? = nil
    ) async throws(CDPError) -> PendingCommand {
        let message = try makeMessage(method, parameters, session)
        let command = PendingCommand(id: lastID, method: method)
        awaited.insert(command.id)
        do { try await stream.send(message) } catch { throw .stream(error) }
        return command
    }

    /// Sends a command and ignores its answer.
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
    public func answer(to command: PendingCommand) async throws(CDPError) -> JSONValue {
        while answers[command.id] == nil { try await readMessage() }
        guard let message = answers.removeValue(forKey: command.id) else {
            throw .unexpectedAnswer(method: command.method)
        }
        if let error = message["error"] {
            throw .refused(method: command.method, code: error["code"]?.intValue ?? 0)
        }
        guard let result = message["result"] else { throw .unexpectedAnswer(method: command.method) }
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

    /// Reads and dispatches messages until `isDone` returns true. It is called before each read.
    public func read(until isDone: () -> Bool) async throws(CDPError) {
        while !isDone() { try await readMessage() }
    }

    private func readMessage() async throws(CDPError) {
        let bytes: [UInt8]
        do { bytes = try await stream.receive() } catch { throw .stream(error) }
        // Chrome itself accepts about 300 levels of nesting; 512 leaves room.
        let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512)
        guard let message = try? JSONValue.parse(bytes, options: options), message.objectValue != nil else {
            throw .unexpectedAnswer(method: "a command")
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
