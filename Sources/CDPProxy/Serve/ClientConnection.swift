import ProxyCore

// One connection is one story, told here once, downwards:
//
//     bytes in -> request head -> route -> credential -> grant -> the browser's door, stored session injected -> Chrome's
//     WebSocket opened -> 101 -> relay -> totals logged
//
// Each step needs what the one before gave, so none can be skipped: only the gate makes a `Grant`, injection and the
// dial ask for one, and the relay consumes both sockets. What goes wrong is thrown as a `RequestRefusal`, answered in one place.

extension ProxyServer {
    /// Serves a client from its first byte to the start of its relay, or to the answer it gets instead.
    func serve(_ stream: TCPStream, in place: Places<TCPStream>.Place) async {
        let request = RequestID(using: &random)
        defer { handshakeEnded() }
        // A Unix socket's peer has no address, but whoever may open the socket is on this machine.
        var origin = RequestOrigin(address: stream.peer.ipAddress ?? .loopback, isBehindTrustedProxy: false)
        var asked: RequestReader.Request?
        var caller: Caller?
        do throws(RequestRefusal) {
            let whole = try await wholeRequest(on: stream, in: place)
            asked = whole
            origin = trustedProxies.origin(of: whole.head, peer: origin.address)
            guard let answer = try await serve(whole, from: origin, request, on: stream, admitting: &caller) else {
                return
            }
            await send(answer, to: whole, on: stream)
        } catch {
            refused(error, request, peer: origin.address, caller?.grant)
            guard let answer = error.response(to: request) else { return stream.close() }
            await send(answer, to: asked, on: stream)
        }
    }

    /// Answers a request, nil one whose head did not come whole, and closes.
    private func send(_ answer: HTTPResponse, to asked: RequestReader.Request?, on stream: TCPStream) async {
        let bytes = answer.serialized(isHead: asked?.head.method == .head)
        await sendLast(bytes, on: stream, peerMayBeSending: asked?.rest.isEmpty != true)
    }

    /// Does what was asked for, if it may be done; gives the answer, or nil once the two sides are joined.
    private func serve(
        _ asked: RequestReader.Request,
        from origin: RequestOrigin,
        _ request: RequestID,
        on stream: TCPStream,
        admitting admitted: inout Caller?
    ) async throws(RequestRefusal) -> HTTPResponse? {
        let routed = RoutedRequest(asked.head)
        if case .health = routed.route { return await healthAnswer() }
        if case .socket = routed.route { try checkOrigin(asked.head) }
        let caller = try await admit(asked.head, routed, from: origin)
        admitted = caller
        switch routed.route {
        case .socket(let endpoint):
            try await connect(caller, to: endpoint, asked, request, on: stream)
            return nil
        case .json(let endpoint): return try await devToolsAnswer(endpoint, asked.head, caller, request)
        case .ticket: return try ticketAnswer(asked.head, caller)
        case .methodNotAllowed(let allowed): throw .method(allowed: allowed)
        case .unknown, .health: throw .notFound
        }
    }

    /// Opens Chrome's WebSocket for a client that asked for one, and joins the two.
    private func connect(
        _ caller: Caller,
        to endpoint: SocketEndpoint,
        _ asked: RequestReader.Request,
        _ request: RequestID,
        on stream: TCPStream
    ) async throws(RequestRefusal) {
        let begin = Instant.now()
        let upgrade = try handshake(asked.head)
        try checkRoom()
        let browser = try await openBrowser(for: caller, to: endpoint, request)
        do throws(RequestRefusal) {
            try checkRoom()
            try spend(caller.grant)
            try await send(upgrade.answer, on: stream)
        } catch {
            browser.chrome.stream.close()
            door.leave(browser.pass)
            throw error
        }
        await join(stream, browser, pipelined: asked.rest, caller, request)
        metrics.connectSeconds.observe(Instant.now().since(begin).inSeconds)
    }

    /// Hands both sockets to a relay. From here on no task is left of the handshake.
    private func join(
        _ stream: TCPStream,
        _ browser: DrivenBrowser,
        pipelined: [UInt8],
        _ caller: Caller,
        _ request: RequestID
    ) async {
        guard stream.isOpen, browser.chrome.stream.isOpen, let client = stream.detach(),
            let chrome = browser.chrome.stream.detach()
        else {
            stream.close()
            door.leave(browser.pass)
            return browser.chrome.stream.close()
        }
        let connection = ConnectionRecord(
            request,
            grant: caller.grant,
            peer: caller.origin.address,
            since: clock(),
            lifetime: lifetime(of: caller.grant),
            pass: browser.pass
        )
        began(connection)
        let rest = Pipelined(fromClient: pipelined, fromChrome: browser.chrome.received)
        let relays = takeTurn()
        if relays.loop === loop {
            await relays.join(connection, client: client, chrome: chrome, pipelined: rest)
        } else {
            let near = client.leave(loop)
            let far = chrome.leave(loop)
            await relays.receive(connection, client: near, chrome: far, pipelined: rest)
        }
    }

    /// How long a connection may last; nil when its token's end is not its own.
    private func lifetime(of grant: Grant) -> Duration? {
        configuration.gate.expiresConnections ? .seconds(max(grant.expiresAt - clock(), 0)) : nil
    }

    /// Where the next connection's frames are moved.
    private func takeTurn() -> Relays {
        lastRelays = (lastRelays + 1) % relays.count
        return relays[lastRelays]
    }
}
