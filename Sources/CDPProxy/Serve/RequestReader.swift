import ProxyCore

/// Reads the one request a client's connection begins with.
struct RequestReader {
    /// A request, and the bytes that came behind its head: the first frames of an upgrade.
    struct Request {
        let head: RequestHead
        let rest: [UInt8]
    }

    /// The longest body that is read and dropped, in bytes, where one may come at all.
    static let longestBody = 16 * 1024

    /// Reads the head, strictly, by the deadline. The body of a request that may have one is read by the same deadline and
    /// dropped; any other request with a body is refused.
    static func read(
        from stream: TCPStream,
        by deadline: Instant,
        droppingBody mayHaveBody: (RequestHead) -> Bool = { _ in false }
    ) async throws(RequestRefusal) -> Request {
        stream.setDeadline(deadline)
        var received: [UInt8] = []
        var parser = RequestHeadParser(limits: HTTPLimits(body: longestBody))
        while true {
            guard try await more(from: stream, into: &received, begun: !received.isEmpty) else { throw .clientGone }
            guard let head = try parsed(received, by: &parser) else { continue }
            guard head.contentLength == 0 || mayHaveBody(head) else { throw .head(.bodyTooLarge) }
            received.removeFirst(head.byteCount)
            try await drop(head.contentLength, of: &received, from: stream)
            stream.setDeadline(nil)
            return Request(head: head, rest: received)
        }
    }

    /// Reads a request with its body, if it may have one, by the deadline. What comes behind is left alone.
    static func readWhole(
        from stream: TCPStream,
        by deadline: Instant,
        mayHaveBody: (RequestHead) -> Bool
    ) async throws(RequestRefusal) -> (head: RequestHead, body: [UInt8]) {
        stream.setDeadline(deadline)
        var received: [UInt8] = []
        var parser = RequestHeadParser(limits: HTTPLimits(body: longestBody))
        while true {
            guard try await more(from: stream, into: &received, begun: !received.isEmpty) else { throw .clientGone }
            guard let head = try parsed(received, by: &parser) else { continue }
            guard head.contentLength == 0 || mayHaveBody(head) else { throw .head(.bodyTooLarge) }
            received.removeFirst(head.byteCount)
            while received.count < head.contentLength {
                guard try await more(from: stream, into: &received, begun: true) else { throw .clientGone }
            }
            stream.setDeadline(nil)
            return (head, Array(received.prefix(head.contentLength)))
        }
    }

    private static func parsed(
        _ received: [UInt8],
        by parser: inout RequestHeadParser
    ) throws(RequestRefusal) -> RequestHead? {
        do throws(HTTPRefusal) { return try parser.parse(received.span) } catch { throw .head(error) }
    }

    /// Drops a body of `length` bytes: first from the received bytes, then from the stream.
    private static func drop(
        _ length: Int,
        of received: inout [UInt8],
        from stream: TCPStream
    ) async throws(RequestRefusal) {
        var left = length
        while left > received.count {
            left -= received.count
            received.removeAll(keepingCapacity: true)
            guard try await more(from: stream, into: &received, begun: true) else { throw .clientGone }
        }
        received.removeFirst(left)
    }

    /// Appends the bytes that come next; false at the stream's end. `begun` says whether a byte of the request came before.
    private static func more(
        from stream: TCPStream,
        into received: inout [UInt8],
        begun: Bool
    ) async throws(RequestRefusal) -> Bool {
        do throws(StreamError) {
            return try await stream.read(appendingTo: &received, atMost: HTTPLimits.standard.head + 1) > 0
        } catch .deadline {
            throw .headIncomplete(begun: begun)
        } catch {
            throw .clientGone
        }
    }
}
