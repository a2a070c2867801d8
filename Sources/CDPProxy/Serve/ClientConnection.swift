import ProxyCore

/// A client's connection, from its first byte to the start of its relay, or to the answer it gets instead. It is one story,
/// told here once, downwards:
///
///     bytes in -> request head -> route -> credential -> grant -> the browser's door, stored session injected -> Chrome's
///     WebSocket opened -> 101 -> relay -> totals logged
///
/// Each step needs what the one before gave, so none can be skipped: only the gate makes a `Grant`, injection and the
/// dial ask for one, and the relay consumes both sockets. What goes wrong is thrown as a `RequestRefusal`, answered in one
/// place.
struct ClientConnection {
    /// The client's bytes.
    let stream: TCPStream
    /// What its answer and its log lines are known by.
    let id: RequestID
    /// Where it comes from, before a trusted proxy has named the client.
    let origin: RequestOrigin
    /// When its request must have come whole.
    let deadline: Instant
    /// The parts it is served by.
    let service: ClientService

    /// Whether all depends on the client: none of its bytes wait to be taken.
    var isSilent: Bool { stream.isAwaitingBytes }

    /// What is known of the request so far, for the answer and the log line.
    private struct Progress {
        var origin: RequestOrigin
        /// Whether the answer has no body.
        var isHead = false
        /// Whether bytes may still come: until the request is whole, and when bytes came behind it.
        var mayBeSending = true
        /// Nil until the credential was found good.
        var admitted: AdmittedRequest?
    }

    /// Serves the client. After that its stream is open only if it was answered and may still be sending.
    func run(in place: Arrivals.ClientPlace) async {
        var progress = Progress(origin: origin)
        do throws(RequestRefusal) {
            guard let answer = try await serve(in: place, &progress) else { return }
            await send(answer.serialized(isHead: progress.isHead), mayBeSending: progress.mayBeSending)
        } catch {
            let trace = RequestTrace(id: id, peer: progress.origin.address, grant: progress.admitted?.grant)
            service.journal.refused(error, trace)
            guard let answer = error.response(to: id) else { return stream.close() }
            await send(answer.serialized(isHead: progress.isHead), mayBeSending: progress.mayBeSending)
        }
    }

    /// Does what the client asks for, if it may; gives the answer, or nil once the client is joined to Chrome, or has a file.
    private func serve(
        in place: Arrivals.ClientPlace,
        _ progress: inout Progress
    ) async throws(RequestRefusal) -> HTTPResponse? {
        let asked = try await wholeRequest(in: place)
        progress.isHead = asked.head.method == .head
        progress.mayBeSending = !asked.rest.isEmpty
        let origin = service.doorkeeper.origin(of: asked.head, peer: origin.address)
        progress.origin = origin
        let routed = RoutedRequest(asked.head)
        if case .health = routed.route { return HealthAnswer.response(await service.watch.outage()) }
        guard !service.shutdown.isClosed else { throw .draining }
        service.shutdown.decisions += 1
        defer { service.shutdown.decisions -= 1 }
        if case .socket = routed.route { try service.doorkeeper.checkOrigin(asked.head) }
        let grant = try await service.doorkeeper.admit(asked.head, routed, from: origin.address)
        let request = AdmittedRequest(id: id, head: asked.head, origin: origin, grant: grant)
        progress.admitted = request
        if grant.permissions != nil { try grant.check(routed.route, service.addresses) }
        switch routed.route {
        case .socket(let endpoint):
            try await connect(request, to: endpoint, pipelined: asked.rest)
            return nil
        case .json(let endpoint): return try await service.answers.answer(endpoint, to: request)
        case .ticket: return try service.links.ticketAnswer(to: request)
        case .downloads: return try service.downloads.list(for: request)
        case .download(let id):
            try await service.downloads.send(id, for: request, on: stream)
            return nil
        case .methodNotAllowed(let allowed): throw .method(allowed: allowed)
        case .unknown, .health: throw .notFound
        }
    }

    /// Reads the request. The connection has its place among the half-open ones until then.
    private func wholeRequest(
        in place: Arrivals.ClientPlace
    ) async throws(RequestRefusal) -> RequestReader.Request {
        defer { service.arrivals.leave(place) }
        let deadline = service.arrivals.isTLS ? try await service.shakeHands(on: stream) : deadline
        do throws(RequestRefusal) {
            return try await RequestReader.read(from: stream, by: deadline, droppingBody: RoutedRequest.dropsBody)
        } catch {
            if let fault = stream.fault { throw .tls(fault) }
            throw error
        }
    }

    /// Sends the answer. Closes, unless the client may still be sending.
    private func send(_ answer: [UInt8], mayBeSending: Bool) async {
        _ = await stream.sayLast(answer, peerMayBeSending: mayBeSending)
    }

    // MARK: WebSockets

    /// Opens Chrome's WebSocket for a client that asked for one, and joins the two.
    private func connect(
        _ request: AdmittedRequest,
        to endpoint: SocketEndpoint,
        pipelined: [UInt8]
    ) async throws(RequestRefusal) {
        let begin = Instant.now()
        let upgrade = try handshake(request.head)
        let compression = try service.fleet.compression(for: request)
        try checkRoom(for: request)
        let browser = try await service.access.open(endpoint, for: request)
        do throws(RequestRefusal) {
            try await takePlace(for: request)
            try service.doorkeeper.spend(request.grant)
            try await send(upgrade.answer(agreeingTo: compression))
        } catch {
            service.fleet.leavePlace(of: request.id)
            service.access.close(browser)
            throw error
        }
        service.journal.upgraded(after: Instant.now().since(begin))
        await join(request, browser, compression, pipelined: pipelined)
    }

    /// The handshake, if it is as RFC 6455 says.
    private func handshake(_ head: RequestHead) throws(RequestRefusal) -> WebSocketUpgrade {
        do throws(UpgradeRefusal) { return try WebSocketUpgrade(head) } catch { throw .handshake(error) }
    }

    /// Whether one more client may be joined to Chrome.
    private func checkRoom(for request: AdmittedRequest) throws(RequestRefusal) {
        guard !service.shutdown.isDraining else { throw .draining }
        try service.fleet.checkRoom(for: request)
    }

    /// Takes the client's place beside Chrome, which it holds from here to its end.
    private func takePlace(for request: AdmittedRequest) async throws(RequestRefusal) {
        guard !service.shutdown.isDraining else { throw .draining }
        guard !service.fleet.takePlace(for: request) else { return }
        try await service.fleet.takePlaceByEviction(for: request)
        guard !service.shutdown.isDraining else { throw .draining }
    }

    /// Sends the 101; the client may be gone by now.
    private func send(_ upgrade: [UInt8]) async throws(RequestRefusal) {
        do throws(StreamError) { try await stream.write(upgrade) } catch { throw .clientGone }
    }

    /// Hands both sockets to a relay. From here on no task is left of the handshake.
    private func join(
        _ request: AdmittedRequest,
        _ browser: DrivenBrowser,
        _ compression: PermessageDeflate?,
        pipelined: [UInt8]
    ) async {
        let subject = service.arrivals.isTLS ? stream.subject : nil
        guard browser.chrome.stream.isOpen, let client = stream.detach(),
            let chrome = browser.chrome.stream.detach()
        else {
            stream.close()
            service.fleet.leavePlace(of: request.id)
            return service.access.close(browser)
        }
        let connection = ConnectionRecord(
            request,
            since: service.clock(),
            span: service.span(of: request.grant),
            pass: browser.pass,
            downloadFolder: service.downloads.enter(request.grant),
            subject: subject,
            compression: compression
        )
        service.journal.connected(connection)
        let rest = Pipelined(fromClient: pipelined, fromChrome: browser.chrome.received)
        await service.fleet.join(connection, client: client, chrome: chrome, pipelined: rest)
        // A revocation of meanwhile did not find it among the live ones.
        if service.doorkeeper.isRevoked(connection.credential) { service.fleet.revoke { $0 === connection } }
    }
}
