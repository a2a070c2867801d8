import ProxyCore
import TestSupport

/// A client that says what bytes it is told to, and reads with a deadline.
///
/// Lives on the loop's thread.
final class WireClient {
    /// What an HTTP/1.1 answer cannot be.
    enum Fault: Error {
        case notAnAnswer(String)
        case bodyOfAnotherLength
    }

    private let stream: TCPStream
    private var received: [UInt8] = []
    private var hasEnded = false

    init(_ stream: TCPStream) {
        self.stream = stream
    }

    /// A request's head.
    static func head(
        _ line: String,
        _ fields: [String] = [],
        host: String = "proxy.test:9223",
        isUpgrade: Bool = false
    ) -> String {
        let upgrade = [
            "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        let lines = ["\(line) HTTP/1.1", "Host: \(host)"] + (isUpgrade ? upgrade : []) + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        stream.setDeadline(stream.loop.now + .seconds(60))
        try await stream.write(bytes)
    }

    func finishSending() { stream.finishWriting() }

    func close() { stream.close() }

    /// Closes the connection by a reset.
    func reset() throws {
        let peer = try LoopPeer(stream)
        peer.reset()
    }

    // MARK: Reading

    /// Reads an answer whole: up to the end of the connection, unless it is a 101.
    func answer(isHead: Bool = false) async throws -> WireAnswer {
        while received.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
            guard try await fill() else { throw Fault.notAnAnswer(String(decoding: received, as: UTF8.self)) }
        }
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound,
            var answer = WireAnswer(head: received[..<end])
        else { throw Fault.notAnAnswer(String(decoding: received, as: UTF8.self)) }
        received.removeFirst(end)
        guard answer.status != 101 else { return answer }
        while try await fill() {}
        answer.body = received
        let length = answer["Content-Length"].flatMap { Int($0) }
        guard isHead || length == received.count else { throw Fault.bodyOfAnotherLength }
        return answer
    }

    /// The next bytes.
    func read(_ count: Int) async throws -> [UInt8] {
        while received.count < count {
            guard try await fill() else { break }
        }
        let bytes = Array(received.prefix(count))
        received.removeFirst(bytes.count)
        return bytes
    }

    /// Everything that comes until the other side has said that it sends no more.
    func readToEnd() async throws -> [UInt8] {
        while try await fill() {}
        defer { received = [] }
        return received
    }

    /// The code and the reason of the Close frame that comes next, which ends the stream.
    func closing() async throws -> (code: UInt16, reason: String) {
        let bytes = try await readToEnd()
        guard bytes.count >= 4, bytes[0] == 0x88, Int(bytes[1]) == bytes.count - 2 else {
            throw Fault.notAnAnswer("\(bytes)")
        }
        return (UInt16(bytes[2]) << 8 | UInt16(bytes[3]), String(decoding: bytes[4...], as: UTF8.self))
    }

    private func fill() async throws -> Bool {
        guard !hasEnded else { return false }
        stream.setDeadline(stream.loop.now + .seconds(60))
        hasEnded = try await stream.read(appendingTo: &received) == 0
        return !hasEnded
    }
}

/// An answer as it came.
struct WireAnswer {
    let status: Int
    let fields: [String]
    var body: [UInt8] = []

    init?(head: ArraySlice<UInt8>) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map { String($0) }
        guard let line = lines.first, line.hasPrefix("HTTP/1.1 "), let status = Int(line.dropFirst(9).prefix(3)) else {
            return nil
        }
        self.status = status
        fields = Array(lines.dropFirst())
    }

    /// The value of a field.
    subscript(name: String) -> String? {
        fields.first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
            .map { String($0.dropFirst(name.utf8.count + 2)) }
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// A member of the body, which is a JSON object.
    func member(_ name: String) -> JSONValue? { (try? JSONValue.parse(body))?[name] }

    /// `error` of the body.
    var error: String? { member("error")?.stringValue }
    /// `error_description` of the body.
    var errorDescription: String? { member("error_description")?.stringValue }
}
