import ProxyCore
import SessionInjector

/// A Chrome that answers each command with the next line of an input. Its stream ends with the lines, as a deadline would.
///
/// `!` and a line is an error of that content, `>` a message of its own accord, sent before the answer that follows;
/// every other line is the result, JSON or not.
final class FuzzedChrome: MessageStream {
    private var lines: ArraySlice<ArraySlice<UInt8>>
    private var outgoing: [[UInt8]] = []
    private var isOver = false
    /// How many commands it got.
    private(set) var commands = 0
    /// The commands that were not JSON-RPC; none, ever.
    private(set) var malformed = 0

    /// A Chrome that says these lines.
    init(_ lines: some Sequence<ArraySlice<UInt8>>) { self.lines = Array(lines)[...] }

    /// Takes a command, and has its answer ready.
    func send(_ text: [UInt8]) async throws(WebSocketStreamError) {
        guard !isOver else { throw .stream(.deadline) }
        commands += 1
        guard let command = try? JSONValue.parse(text), let id = command["id"], command["method"]?.stringValue != nil
        else {
            malformed += 1
            return
        }
        while let line = lines.popFirst() {
            guard line.first != UInt8(ascii: ">") else {
                outgoing.append(Array(line.dropFirst()))
                continue
            }
            let isError = line.first == UInt8(ascii: "!")
            let start =
                Array(#"{"id":"#.utf8) + id.serialized() + Array((isError ? #","error":"# : #","result":"#).utf8)
            outgoing.append(start + line.dropFirst(isError ? 1 : 0) + [UInt8(ascii: "}")])
            return
        }
    }

    /// The next message.
    func receive() async throws(WebSocketStreamError) -> [UInt8] {
        guard !outgoing.isEmpty else {
            isOver = true
            throw .stream(.deadline)
        }
        return outgoing.removeFirst()
    }

    /// Deadlines never pass here.
    func setDeadline(_ deadline: Instant?) {}
}
