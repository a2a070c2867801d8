import ProxyCore

/// What two proxies tell each other while one takes the place of the other: JSON, a value a line, over a socket between the two.
/// Nothing secret passes.
///
/// Lives on the loop's thread. One task reads, and one writes.
final class HandoverChannel {
    /// The longest line: a grant or a record of a browser, with what a token of 8 KiB may put into it.
    private static let longestLine = 1 << 20
    /// How many bytes are written at a time.
    private static let piece = 64 << 10

    private let stream: TCPStream
    private var received: [UInt8] = []
    /// Where the next line begins.
    private var begin = 0
    private var outbox: [JSONValue] = []
    private var isPosting = false

    /// A channel over a connected socket.
    init(over socket: consuming Descriptor, on loop: EventLoop) throws(Errno) {
        stream = try TCPStream(owning: socket, peer: .unnamed, on: loop)
    }

    /// Writes lines, waiting for room.
    func send(_ lines: [JSONValue]) async throws(StreamError) {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line.serialized() + [UInt8(ascii: "\n")]
            guard bytes.count >= Self.piece else { continue }
            try await stream.write(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        try await stream.write(bytes)
    }

    /// Writes a line when there is room, behind those that wait already. Nobody is told when the other process has gone.
    func post(_ line: JSONValue) async {
        outbox.append(line)
        guard !isPosting else { return }
        isPosting = true
        while !outbox.isEmpty {
            let lines = outbox
            outbox = []
            guard (try? await send(lines)) != nil else { break }
        }
        isPosting = false
    }

    /// The next line; nil once the other process has gone, or says what is no JSON.
    func next(by deadline: Instant? = nil) async throws(StreamError) -> JSONValue? {
        stream.setDeadline(deadline)
        var searched = begin
        while true {
            if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[begin..<end])
                begin = end + 1
                return try? JSONValue.parse(line)
            }
            received.removeFirst(begin)
            (begin, searched) = (0, received.count)
            guard received.count < Self.longestLine else { return nil }
            if try await stream.read(appendingTo: &received) == 0 { return nil }
        }
    }

    /// Ends it, which a reader is told. It may be called again.
    func close() { stream.close() }
}
