import Glibc
import ProxyCore

/// The life of `connect`: it listens, serves each tool that connects, and ends when it is told to.
///
/// The actor's executor is the loop, so its state is touched by one thread, without a lock.
///
/// `@safe`: its one continuation is taken out of its place before it is resumed.
@safe actor ConnectServer {
    /// How many connections of tools there may be at a time.
    static let mostConnections = 512
    /// How many of them may be without a complete request; for one more, the oldest silent one is closed.
    static let mostHalfOpen = 128
    /// How long a request's head may take to come whole.
    static let headTimeout = Duration.seconds(10)
    /// How long both sides of a quiet WebSocket go without a Ping.
    static let pingInterval = Duration.seconds(30)
    /// How long connections may take to end once it does.
    static let grace = Duration.seconds(5)

    nonisolated let loop: EventLoop
    /// The loop's thread is the actor's.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let upstream: Upstream
    private let notices: Notices
    private let pipes = PipePool()
    private var halfOpen = Places<LocalConnection>(limit: mostHalfOpen)
    private var connections = 0
    private var relays: [RequestID: Relay] = [:]
    private var listener: TCPListener?
    private var signals: SignalWatch?
    private var isStopping = false
    private var graceTimer: LoopTimer?
    /// Resumed when the last connection has ended after a stop.
    private var stopped: UnsafeContinuation<Void, Never>?

    /// A server that does nothing before ``run(at:announce:)``.
    init(
        _ settings: ConnectSettings,
        _ credential: UpstreamCredential,
        _ notices: Notices,
        on loop: EventLoop
    ) {
        self.loop = loop
        self.notices = notices
        upstream = Upstream(settings, credential, on: loop)
    }

    /// Listens, and serves until a signal says to end. `announce` is told the address once it listens.
    func run(at address: SocketAddress, announce: (SocketAddress) -> Void) async throws(StartError) {
        do throws(Errno) {
            signals = try SignalWatch([SIGTERM, SIGINT], on: loop) { _ in self.stop() }
            listener = try TCPListener(at: address, on: loop, farewell: Self.noRoom) { self.accept($0, $1) }
        } catch {
            release()
            throw StartError(description: "--listen: cannot listen at \(address): \(error).")
        }
        if let listener { announce(listener.address) }
        unsafe await withUnsafeContinuation { waiting in
            unsafe stopped = waiting
            stopIfEmpty()
        }
    }

    // MARK: Connections

    private static let noRoom = LocalRefusal.full.response(to: RequestID())?.serialized() ?? []

    private func accept(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
        guard connections < Self.mostConnections, let port = listener?.address.port else {
            LocalRefusal.full.tell(notices)
            return unsafe descriptor.turnAway(with: Self.noRoom, scratch: loop.scratch)
        }
        for silent in halfOpen.makeRoom(for: nil, isSilent: \.stream.isAwaitingBytes) { silent.stream.close() }
        guard let stream = try? TCPStream(owning: descriptor, peer: peer, on: loop) else { return }
        connections += 1
        let connection = LocalConnection(
            stream: stream,
            deadline: loop.now + Self.headTimeout,
            pages: PageGuard(port: port),
            upstream: upstream,
            notices: notices
        )
        let place = halfOpen.enter(connection, from: nil)
        Task(executorPreference: loop) { await self.serve(in: place) }
    }

    private func serve(in place: Places<LocalConnection>.Place) async {
        guard let connection = halfOpen.holder(of: place) else { return ended() }
        let joined = await connection.run { self.halfOpen.leave(place) }
        if let joined, join(connection.stream, joined) { return }
        if connection.stream.isOpen { await connection.stream.readOut() }
        ended()
    }

    /// Hands both ends to a relay; false when one of them is gone.
    private func join(_ stream: TCPStream, _ joined: LocalConnection.Joined) -> Bool {
        guard !isStopping, joined.upstream.stream.isOpen, let tool = stream.detach(),
            let proxy = joined.upstream.stream.detach()
        else {
            stream.close()
            joined.upstream.stream.close()
            return false
        }
        let id = RequestID()
        let relay = Relay(
            client: tool,
            chrome: proxy,
            fromClient: joined.pipelined.fromClient,
            fromChrome: joined.pipelined.fromChrome,
            on: loop,
            pipes: pipes,
            pingInterval: Self.pingInterval,
            finished: { _, _ in self.relayEnded(id) }
        )
        relays[id] = relay
        relay.start()
        return true
    }

    private func relayEnded(_ id: RequestID) {
        relays[id] = nil
        ended()
    }

    private func ended() {
        connections -= 1
        stopIfEmpty()
    }

    // MARK: Stopping

    /// The first signal closes the listener and tells the tools; a second one ends the process at once.
    private func stop() {
        if isStopping { exit(1) }
        isStopping = true
        listener?.close()
        for silent in halfOpen.holders where silent.stream.isAwaitingBytes { silent.stream.close() }
        for relay in Array(relays.values) { relay.close(.goingAway, reason: "cdp-proxy connect ends") }
        upstream.close()
        let timer = LoopTimer { [unowned self] in finish() }
        graceTimer = timer
        loop.schedule(timer, at: .now() + Self.grace)
        stopIfEmpty()
    }

    private func stopIfEmpty() {
        if isStopping, connections == 0 { finish() }
    }

    private func finish() {
        guard let waiting = unsafe stopped else { return }
        unsafe stopped = nil
        release()
        unsafe waiting.resume()
    }

    /// Ends what the loop retains, and would keep the server alive.
    private func release() {
        listener?.close()
        signals?.close()
        if let graceTimer { loop.cancel(graceTimer) }
        (listener, signals, graceTimer) = (nil, nil, nil)
    }
}
