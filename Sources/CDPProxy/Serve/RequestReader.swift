import ProxyCore

/// Reads the one request a client's connection begins with.
struct RequestReader {
    /// A request, and what came behind its head: the first frames of an upgrade.
    struct Request {
        let head: RequestHead
        let rest: [UInt8]
    }

    /// Reads the head, strictly and within its deadline.
    static func read(from stream: TCPStream, within patience: Duration) async throws(Refusal) -> Request {
        stream.setDeadline(stream.loop.now + patience)
        var received: [UInt8] = []
        var parser = RequestHeadParser()
        while true {
            let count = try await more(from: stream, into: &received)
            guard count > 0 else { throw .clientGone }
            do throws(HTTPRefusal) {
                guard let head = try parser.parse(received.span) else { continue }
                stream.setDeadline(nil)
                return Request(head: head, rest: Array(received[head.byteCount...]))
            } catch {
                throw .head(error)
            }
        }
    }

    private static func more(from stream: TCPStream, into received: inout [UInt8]) async throws(Refusal) -> Int {
        do throws(StreamError) {
            return try await stream.read(appendingTo: &received, atMost: HTTPLimits.standard.head + 1)
        } catch .deadline {
            throw .headIncomplete(begun: !received.isEmpty)
        } catch {
            throw .clientGone
        }
    }
}
