import ProxyCore

/// Why an answer to a request of ours cannot be read.
enum ResponseFault: Error {
    /// The stream broke, or its deadline passed.
    case stream(StreamError)
    /// It is not HTTP, or ended early.
    case malformed
    /// It is longer than it may be.
    case tooLong
}

/// Reads one answer from a stream: its head, and its body.
struct ResponseReader {
    private let stream: TCPStream
    /// What came and was not read yet: behind the head of an answer to a handshake, the first frames.
    private(set) var received: [UInt8] = []

    /// A reader at the start of an answer.
    init(_ stream: TCPStream) {
        self.stream = stream
    }

    /// The head.
    mutating func head() async throws(ResponseFault) -> ResponseHead {
        var parser = ResponseHeadParser()
        while true {
            do throws(HTTPRefusal) {
                if let head = try parser.parse(received.span) {
                    received.removeFirst(head.byteCount)
                    return head
                }
            } catch {
                throw .malformed
            }
            guard try await more() > 0 else { throw .malformed }
        }
    }

    /// The body behind a head, of at most `limit` bytes.
    mutating func body(of head: ResponseHead, atMost limit: Int) async throws(ResponseFault) -> [UInt8] {
        let length = head.contentLength
        guard length ?? 0 <= limit else { throw .tooLong }
        // Without a length, one byte more tells an answer of the longest length from a longer one.
        while received.count < length ?? (limit + 1) {
            guard try await more() > 0 else { break }
        }
        if let length {
            guard received.count >= length else { throw .malformed }
            received.removeLast(received.count - length)
        }
        guard received.count <= limit else { throw .tooLong }
        return received
    }

    private mutating func more() async throws(ResponseFault) -> Int {
        do throws(StreamError) {
            return try await stream.read(appendingTo: &received)
        } catch {
            throw .stream(error)
        }
    }
}
