import ProxyCore

/// Why Chrome could not do what it was asked.
enum ChromeFailure: Error, Sendable {
    /// Nobody listens at its address, or the connection broke.
    case unreachable
    /// It did not answer in time.
    case silent
    /// What it answered is not HTTP, not a WebSocket handshake, or not the JSON it should be.
    case garbage
    /// It has no such endpoint: 404 for an id of a page that was closed, or of a Chrome that was restarted.
    case noSuchEndpoint
}

/// Chrome's DevTools server: what the proxy asks it, and the connections it makes to it. Nothing of a client's reaches
/// it but the path of an endpoint.
///
/// Lives on the loop's thread.
final class ChromeEndpoint {
    /// What Chrome answered to a plain request.
    struct Answer {
        var status: UInt16
        var body: [UInt8]
        var contentType: String?
    }

    /// A WebSocket to Chrome whose handshake is done.
    struct Connection {
        let stream: TCPStream
        /// What Chrome sent behind its answer to the handshake.
        let received: [UInt8]
    }

    /// The longest answer to a plain request; `/json/protocol`, the longest there is, has some 2 MiB.
    static let longestAnswer = 32 << 20

    private let address: SocketAddress
    private let loop: EventLoop
    private let patience: Duration
    private var random = BatchedRandom()

    /// Chrome at an address; `patience` is how long it may take to answer a handshake or a request.
    init(at address: SocketAddress, on loop: EventLoop, patience: Duration) {
        self.address = address
        self.loop = loop
        self.patience = patience
    }

    // MARK: Plain requests

    /// Asks what an endpoint of `/json` is for, and gives the whole answer. All that concerns pages takes a pass for it.
    func ask(_ endpoint: JSONEndpoint, _ pass: BrowserPass?) async throws(ChromeFailure) -> Answer {
        precondition(pass?.opens(endpoint) ?? (endpoint.use == nil), "pages are asked for without a pass")
        return try await ask(endpoint.method, endpoint.chromeTarget)
    }

    /// Asks for a target and gives the whole answer.
    private func ask(_ method: StaticString, _ target: some Sequence<UInt8>) async throws(ChromeFailure) -> Answer {
        let stream = try connect()
        defer { stream.close() }
        do throws(StreamError) {
            try await stream.write(OutgoingRequest.bytes(method, target: target))
        } catch {
            throw ChromeFailure(error)
        }
        var received: [UInt8] = []
        let head = try await readHead(from: stream, into: &received)
        let body = try await readBody(of: head, from: stream, received: received)
        return Answer(status: head.status, body: body, contentType: head.fields.string(of: .contentType))
    }

    /// The path of the browser endpoint, with the id that this run of Chrome has.
    func browserPath() async throws(ChromeFailure) -> String {
        guard let path = try await targets(.version, .object, nil).firstSocketPath else { throw .garbage }
        return path
    }

    /// The path of the first page.
    func firstPagePath(_ pass: BrowserPass) async throws(ChromeFailure) -> String {
        guard let path = try await targets(.list, .list, pass).firstPagePath else { throw .noSuchEndpoint }
        return path
    }

    /// What Chrome says of itself or its targets.
    func targets(
        _ endpoint: JSONEndpoint,
        _ shape: DevToolsJSON.Shape,
        _ pass: BrowserPass?
    ) async throws(ChromeFailure) -> DevToolsJSON {
        let answer = try await ask(endpoint, pass)
        guard answer.status == HTTPStatus.ok.code else { throw .garbage }
        do throws(DevToolsJSONError) {
            return try DevToolsJSON(answer.body, shape: shape)
        } catch {
            throw .garbage
        }
    }

    // MARK: WebSockets

    /// Opens a WebSocket on a path such as `/devtools/browser/ID`, which takes a pass to that browser.
    func open(_ path: String, _ pass: BrowserPass) async throws(ChromeFailure) -> Connection {
        precondition(pass.purpose != .look, "who may look does not drive")
        let stream = try connect()
        do throws(ChromeFailure) {
            let received = try await shakeHands(on: stream, path: path)
            stream.setDeadline(nil)
            return Connection(stream: stream, received: received)
        } catch {
            stream.close()
            throw error
        }
    }

    private func shakeHands(on stream: TCPStream, path: String) async throws(ChromeFailure) -> [UInt8] {
        let handshake = ClientHandshake(using: &random)
        do throws(StreamError) {
            try await stream.write(handshake.request(path: path.utf8))
        } catch {
            throw ChromeFailure(error)
        }
        var received: [UInt8] = []
        let head = try await readHead(from: stream, into: &received)
        do throws(HandshakeFault) {
            try handshake.check(head)
            return received
        } catch .refused(status: 404), .refused(status: 500) {
            // What Chrome says of the id of another browser, and of a page that is not there.
            throw .noSuchEndpoint
        } catch {
            throw .garbage
        }
    }

    // MARK: Bytes

    private func connect() throws(ChromeFailure) -> TCPStream {
        do throws(StreamError) {
            return try TCPStream.begin(to: address, on: loop, deadline: loop.now + patience)
        } catch {
            throw ChromeFailure(error)
        }
    }

    /// Reads a head, and leaves in `received` what came behind it.
    private func readHead(
        from stream: TCPStream,
        into received: inout [UInt8]
    ) async throws(ChromeFailure) -> ResponseHead {
        var parser = ResponseHeadParser()
        while true {
            do throws(HTTPRefusal) {
                if let head = try parser.parse(received.span) {
                    received.removeFirst(head.byteCount)
                    return head
                }
            } catch {
                throw .garbage
            }
            guard try await read(from: stream, into: &received) > 0 else { throw .garbage }
        }
    }

    private func readBody(
        of head: ResponseHead,
        from stream: TCPStream,
        received: [UInt8]
    ) async throws(ChromeFailure) -> [UInt8] {
        var body = received
        let length = head.contentLength
        guard length ?? 0 <= Self.longestAnswer else { throw .garbage }
        while body.count < length ?? Self.longestAnswer {
            guard try await read(from: stream, into: &body) > 0 else { break }
        }
        guard length == nil ? body.count < Self.longestAnswer : body.count >= length ?? 0 else { throw .garbage }
        return Array(body.prefix(length ?? body.count))
    }

    private func read(from stream: TCPStream, into bytes: inout [UInt8]) async throws(ChromeFailure) -> Int {
        do throws(StreamError) {
            return try await stream.read(appendingTo: &bytes)
        } catch {
            throw ChromeFailure(error)
        }
    }
}

extension ChromeFailure {
    /// What a broken stream says about Chrome.
    init(_ error: StreamError) {
        switch error {
        case .deadline: self = .silent
        case .closed, .ended, .system: self = .unreachable
        }
    }
}
