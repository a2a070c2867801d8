import ProxyCore

/// The proxy that `connect` leads to: the requests and WebSockets that are made to it, each on a connection of its own and with
/// the credential. Of a tool's request only the endpoint reaches it.
///
/// Lives on the loop's thread.
final class Upstream {
    /// How long looking for a connection may take, TLS included.
    static let connectTimeout = Duration.seconds(10)
    /// How long it may take until the proxy has answered, which may put a stored session into Chrome before.
    static let answerTimeout = Duration.seconds(60)
    /// The longest body of a refusal, in bytes.
    static let longestRefusal = 64 << 10

    /// A WebSocket whose handshake is done.
    struct Connection {
        let stream: TCPStream
        /// The bytes that came behind the answer to the handshake.
        let received: [UInt8]
    }

    /// What a handshake came to.
    enum Outcome {
        case opened(Connection)
        /// The proxy's own refusal, for the tool to read.
        case refused(UpstreamAnswer)
    }

    /// Where it is.
    let url: UpstreamURL
    private let tls: TLSClient?
    private let credential: UpstreamCredential
    private let resolver: NameResolver
    private let loop: EventLoop
    private var random = BatchedRandom()
    /// The connections that an answer is awaited on.
    private var waiting: [ObjectIdentifier: TCPStream] = [:]
    private var isClosed = false

    /// The proxy at the settings' URL.
    init(_ settings: ConnectSettings, _ credential: UpstreamCredential, on loop: EventLoop) {
        url = settings.upstream
        tls = settings.tls
        self.credential = credential
        self.loop = loop
        resolver = NameResolver(url.authority.bareHost, port: url.port)
    }

    /// Makes the request of a `/json` endpoint, and gives the whole answer.
    func ask(_ endpoint: JSONEndpoint) async throws(UpstreamFailure) -> UpstreamAnswer {
        let stream = try await begin()
        defer {
            stream.close()
            waiting[ObjectIdentifier(stream)] = nil
        }
        let request = OutgoingRequest.bytes(endpoint.method, target: endpoint.chromeTarget, to: credential.recipient)
        try await write(request, to: stream)
        var reader = ResponseReader(stream)
        do throws(ResponseFault) {
            let head = try await reader.head()
            return UpstreamAnswer(head, body: try await reader.body(of: head, atMost: endpoint.longestAnswer))
        } catch {
            throw UpstreamFailure(error, stream.fault)
        }
    }

    /// Opens a WebSocket on a path such as `/devtools/browser`.
    func open(_ path: String) async throws(UpstreamFailure) -> Outcome {
        let stream = try await begin()
        defer { waiting[ObjectIdentifier(stream)] = nil }
        do throws(UpstreamFailure) {
            let outcome = try await shakeHands(on: stream, path)
            if case .refused = outcome { stream.close() } else { stream.setDeadline(nil) }
            return outcome
        } catch {
            stream.close()
            throw error
        }
    }

    /// Waits for no answer any more, and asks for none.
    func close() {
        isClosed = true
        for stream in Array(waiting.values) { stream.close() }
    }

    private func begin() async throws(UpstreamFailure) -> TCPStream {
        let stream = try await connect()
        guard !isClosed else {
            stream.close()
            throw .unreachable("the listener ends")
        }
        waiting[ObjectIdentifier(stream)] = stream
        return stream
    }

    private func shakeHands(on stream: TCPStream, _ path: String) async throws(UpstreamFailure) -> Outcome {
        // Offers no permessage-deflate: here it would be offered, and agreed to with the tool.
        let handshake = ClientHandshake(using: &random)
        try await write(handshake.request(path: path.utf8, to: credential.recipient), to: stream)
        var reader = ResponseReader(stream)
        let head: ResponseHead
        do throws(ResponseFault) {
            head = try await reader.head()
            if head.status >= HTTPStatus.badRequest.code {
                let body = try await reader.body(of: head, atMost: Self.longestRefusal)
                return .refused(UpstreamAnswer(head, body: body))
            }
        } catch {
            throw UpstreamFailure(error, stream.fault)
        }
        do throws(HandshakeFault) { try handshake.check(head) } catch { throw .malformedAnswer }
        return .opened(Connection(stream: stream, received: reader.received))
    }

    private func write(_ bytes: [UInt8], to stream: TCPStream) async throws(UpstreamFailure) {
        stream.setDeadline(.now() + Self.answerTimeout)
        do throws(StreamError) { try await stream.write(bytes) } catch { throw UpstreamFailure(error, stream.fault) }
    }

    // MARK: Connecting

    /// Connects to the first address that takes a connection. Each gets its share of the time that is left.
    private func connect() async throws(UpstreamFailure) -> TCPStream {
        let end = Instant.now() + Self.connectTimeout
        let addresses = await resolver.addresses()
        var failure = UpstreamFailure.unknownHost
        for (tried, address) in addresses.enumerated() {
            let now = Instant.now()
            let deadline = now + end.since(now) / (addresses.count - tried)
            do throws(UpstreamFailure) {
                return try await connect(to: address, deadline)
            } catch .tls(let words) {
                // Another address is the same proxy's, with the same certificate.
                throw .tls(words)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private func connect(to address: SocketAddress, _ deadline: Instant) async throws(UpstreamFailure) -> TCPStream {
        let stream: TCPStream
        do throws(StreamError) {
            guard let tls else { return try await TCPStream.connect(to: address, on: loop, deadline: deadline) }
            stream = try await TCPStream.connect(to: address, on: loop, deadline: deadline, with: tls)
        } catch {
            throw UpstreamFailure(error, nil)
        }
        do throws(StreamError) { try await stream.shakeHands() } catch {
            let failure = UpstreamFailure(error, stream.fault)
            stream.close()
            throw failure
        }
        return stream
    }
}

extension UpstreamFailure {
    /// The failure to read an answer.
    fileprivate init(_ error: ResponseFault, _ fault: TLSFault?) {
        switch error {
        case .stream(let error): self.init(error, fault)
        case .malformed: self = .malformedAnswer
        case .tooLong: self = .tooLong
        }
    }
}
