import ProxyCore

/// Why Chrome could not do what it was asked.
enum ChromeFailure: Error, Sendable {
    /// Nothing listens at its address, or the connection broke.
    case unreachable
    /// It did not answer in time.
    case timedOut
    /// Its answer is not HTTP, not a WebSocket handshake, or not the JSON it should be.
    case malformedAnswer
    /// Its answer is longer than such an answer may be: a page can make that of the list of targets.
    case tooLong
    /// It has no such endpoint: 404 for an id of a page that was closed, or of a Chrome that was restarted.
    case noSuchEndpoint
}

/// Chrome's DevTools server: the requests and the WebSockets that the proxy makes to it. Of a client's request, only the
/// path of an endpoint reaches it.
///
/// Lives on the loop's thread.
final class ChromeEndpoint {
    /// Chrome's answer to a plain request.
    struct Answer {
        var status: UInt16
        var body: [UInt8]
        var contentType: String?
    }

    /// A WebSocket to Chrome whose handshake is done.
    struct Connection {
        let stream: TCPStream
        /// The bytes Chrome sent behind its answer to the handshake.
        let received: [UInt8]
    }

    private let address: SocketAddress
    /// Whether it is on this machine.
    private let isNear: Bool
    private let loop: EventLoop
    private let timeout: Duration
    private var random = BatchedRandom()

    /// Chrome at an address; `timeout` is how long it may take to answer a handshake or a request.
    init(at address: SocketAddress, on loop: EventLoop, timeout: Duration) {
        self.address = address
        isNear = address.ipAddress?.isLoopback ?? true
        self.loop = loop
        self.timeout = timeout
    }

    // MARK: Plain requests

    /// Makes the request of a `/json` endpoint, and gives the whole answer. An endpoint that concerns pages needs a pass.
    func ask(
        _ endpoint: JSONEndpoint,
        _ pass: BrowserPass?,
        within timeout: Duration? = nil
    ) async throws(ChromeFailure) -> Answer {
        precondition(pass?.opens(endpoint) ?? (endpoint.use == nil), "pages are asked for without a pass")
        let request = OutgoingRequest.bytes(endpoint.method, target: endpoint.chromeTarget)
        let stream = try await send(request, by: loop.now + (timeout ?? self.timeout))
        defer { stream.close() }
        var reader = ResponseReader(stream)
        do throws(ResponseFault) {
            let head = try await reader.head()
            let body = try await reader.body(of: head, atMost: endpoint.longestAnswer)
            return Answer(status: head.status, body: body, contentType: head.fields.string(of: .contentType))
        } catch {
            throw ChromeFailure(error)
        }
    }

    /// The path of the browser endpoint, with the id that this run of Chrome has; in less time than other answers have, if one
    /// is given.
    func browserPath(within timeout: Duration? = nil) async throws(ChromeFailure) -> String {
        guard let path = try await targets(.version, .object, nil, within: timeout).firstSocketPath else {
            throw .malformedAnswer
        }
        return path
    }

    /// The path of the first page.
    func firstPagePath(_ pass: BrowserPass) async throws(ChromeFailure) -> String {
        guard let path = try await targets(.list, .list, pass).firstPagePath else { throw .noSuchEndpoint }
        return path
    }

    /// Chrome's description of itself or of its targets.
    func targets(
        _ endpoint: JSONEndpoint,
        _ shape: DevToolsJSON.Shape,
        _ pass: BrowserPass?,
        within timeout: Duration? = nil
    ) async throws(ChromeFailure) -> DevToolsJSON {
        let answer = try await ask(endpoint, pass, within: timeout)
        guard answer.status == HTTPStatus.ok.code else { throw .malformedAnswer }
        do throws(DevToolsJSONError) {
            return try DevToolsJSON(answer.body, shape: shape, atMost: endpoint.mostMemory)
        } catch .tooLarge {
            throw .tooLong
        } catch {
            throw .malformedAnswer
        }
    }

    // MARK: WebSockets

    /// Opens a WebSocket on a path such as `/devtools/browser/ID`, which takes a pass to that browser.
    func open(_ path: String, _ pass: BrowserPass) async throws(ChromeFailure) -> Connection {
        precondition(pass.purpose != .look, "a pass to look opens no WebSocket")
        let handshake = ClientHandshake(using: &random)
        let stream = try await send(handshake.request(path: path.utf8), by: loop.now + timeout)
        do throws(ChromeFailure) {
            let received = try await finish(handshake, on: stream)
            stream.setDeadline(nil)
            return Connection(stream: stream, received: received)
        } catch {
            stream.close()
            throw error
        }
    }

    private func finish(
        _ handshake: borrowing ClientHandshake,
        on stream: TCPStream
    ) async throws(ChromeFailure) -> [UInt8] {
        var reader = ResponseReader(stream)
        let head: ResponseHead
        do throws(ResponseFault) { head = try await reader.head() } catch { throw ChromeFailure(error) }
        do throws(HandshakeFault) {
            try handshake.check(head)
            return reader.received
        } catch .refused(status: 404), .refused(status: 500) {
            // Chrome's answers to the id of another browser, and to that of a page that is not there.
            throw .noSuchEndpoint
        } catch {
            throw .malformedAnswer
        }
    }

    // MARK: Bytes

    /// Connects and sends a request.
    ///
    /// Ten connections wait in Chrome's queue at most. The kernel drops one more and comes back after a second, then after two more,
    /// so that a burst of clients would see Chrome time out. On this machine a connection is made at once or was dropped: so it is
    /// tried again in a moment.
    private func send(_ request: [UInt8], by deadline: Instant) async throws(ChromeFailure) -> TCPStream {
        while true {
            if let stream = try await attempt(request, by: deadline) { return stream }
            guard .now() + Self.pause < deadline else { throw .timedOut }
            await loop.sleep(until: .now() + Self.pause)
        }
    }

    /// How long it waits before it tries again.
    private static let pause: Duration = .milliseconds(10)

    /// Connects and sends a request; nil when Chrome's queue is full.
    private func attempt(_ request: [UInt8], by deadline: Instant) async throws(ChromeFailure) -> TCPStream? {
        let stream: TCPStream
        do throws(StreamError) { stream = try TCPStream.begin(to: address, on: loop, deadline: deadline) } catch {
            throw ChromeFailure(error)
        }
        do throws(StreamError) {
            if try stream.writeAtOnce(request) { return stream }
            guard isNear else {
                try await stream.write(request)
                return stream
            }
            stream.close()
            return nil
        } catch {
            stream.close()
            throw ChromeFailure(error)
        }
    }
}

extension JSONEndpoint {
    /// The longest answer that is taken, in bytes. Chrome's description of itself is short: no page adds to it, and any
    /// caller may ask for it. The list of targets holds each page's URL three times.
    var longestAnswer: Int {
        switch self {
        case .version, .activate, .close: 64 << 10
        case .new: 1 << 20
        case .protocol: 8 << 20
        case .list: 32 << 20
        }
    }

    /// How many bytes of memory the parsed answer may take: more than any answer of Chrome's does, however many targets it
    /// has.
    var mostMemory: Int { 2 * longestAnswer }
}

extension ChromeFailure {
    /// The failure that a broken stream stands for.
    init(_ error: StreamError) {
        switch error {
        case .deadline: self = .timedOut
        case .closed, .ended, .system: self = .unreachable
        }
    }

    /// The failure to read an answer.
    init(_ error: ResponseFault) {
        switch error {
        case .stream(let error): self.init(error)
        case .malformed: self = .malformedAnswer
        case .tooLong: self = .tooLong
        }
    }
}
