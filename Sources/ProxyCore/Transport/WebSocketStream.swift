/// Why a stream of messages ended.
public enum WebSocketStreamError: Error, Hashable, Sendable {
    /// The connection under it failed, or a deadline passed.
    case stream(StreamError)
    /// The peer broke RFC 6455, or sent more than was allowed.
    case fault(FrameFault)
    /// The peer closed, with its code.
    case closed(CloseCode)
}

/// Text messages over a WebSocket whose handshake is done, with this side as the client: what our own CDP client
/// speaks. Pings are answered here.
///
/// Lives on the loop's thread. One task may send while another receives.
public final class WebSocketStream {
    private let stream: TCPStream
    private var reader: MessageReader
    private var outgoing: [UInt8] = []
    private var isWriting = false

    /// Speaks over a stream; `received` is what came behind the answer to the handshake. A message of more than
    /// `limit` bytes ends the stream.
    public init(over stream: TCPStream, received: [UInt8], limit: Int = 64 << 20) {
        self.stream = stream
        reader = MessageReader(received: received, limit: limit)
    }

    /// Sets the moment by which whatever is waited for must have come; nil for none.
    public func setDeadline(_ deadline: Instant?) {
        stream.setDeadline(deadline)
    }

    /// Sends a text message of UTF-8 bytes as one masked frame.
    public func send(_ text: [UInt8]) async throws(WebSocketStreamError) {
        try await write(TextFrame.bytes(text, maskingKey: .random()))
    }

    /// The next text message. Throws ``WebSocketStreamError/closed(_:)`` once the peer has said goodbye.
    public func receive() async throws(WebSocketStreamError) -> [UInt8] {
        while true {
            switch try next() {
            case .text(let text): return text
            case .ping(let payload): try await write(ControlFrame.pong(payload: payload, maskingKey: .random()))
            case .pong: continue
            case .close(let code): throw .closed(code)
            case nil: try await fill()
            }
        }
    }

    /// Closes the connection, with a Close frame if it can be sent at once.
    public func close() async {
        stream.setDeadline(stream.loop.now + .milliseconds(200))
        try? await write(ControlFrame.close(.normal, reason: "", maskingKey: .random()))
        stream.close()
    }

    private func next() throws(WebSocketStreamError) -> MessageReader.Incoming? {
        do throws(FrameFault) { return try reader.next() } catch { throw .fault(error) }
    }

    private func fill() async throws(WebSocketStreamError) {
        var bytes: [UInt8] = []
        do throws(StreamError) {
            guard try await stream.read(appendingTo: &bytes) > 0 else { throw .ended }
        } catch {
            throw .stream(error)
        }
        reader.append(bytes)
    }

    /// Sends bytes after those that wait already, so a Pong never comes between the parts of a message. The first writer also
    /// writes the bytes that other callers add meanwhile.
    private func write(_ bytes: [UInt8]) async throws(WebSocketStreamError) {
        outgoing.append(contentsOf: bytes)
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while !outgoing.isEmpty {
            let batch = outgoing
            outgoing = []
            do throws(StreamError) { try await stream.write(batch) } catch { throw .stream(error) }
        }
    }
}
