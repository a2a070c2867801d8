import Glibc
import ProxyCore
import SessionStore
import Settings

/// The server's life: how it starts, accepts, drains and ends. What it does meanwhile is its parts' work; `ClientConnection`
/// tells what happens to a client.
///
/// The actor's executor is the loop, so its state, and the state of its parts, is touched by one thread, without a lock.
///
/// `@safe`: its one continuation is taken out of its place before it is resumed.
@safe actor ProxyServer {
    nonisolated let loop: EventLoop
    /// The loop's thread is the actor's.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let settings: ListenSettings
    private let unknownNames: [String]
    /// Whether roles are honoured, and no key verifies role tokens.
    private let lacksRoleKey: Bool
    let context: ServerContext
    let parts: ServerParts

    var listener: TCPListener?
    var adminListener: TCPListener?
    private var signals: SignalWatch?
    /// The process whose place this one took, until it has gone.
    var predecessor: Predecessor?
    /// The process that takes this one's place.
    var successor: Successor?
    /// Whether a second signal to stop has the process end at once.
    private(set) var wasToldToStop = false
    /// Resumed when the server has stopped.
    private var stopped: UnsafeContinuation<Void, Never>?

    /// A server that does nothing before ``run()``. Log lines go to standard error. Only tests replace the clock, the timeouts
    /// and the log's target.
    init(
        _ configuration: Configuration,
        on loop: EventLoop,
        timeouts: HandshakeTimeouts? = nil,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        writeLog: @escaping @Sendable ([UInt8]) -> Bool = LineOutput.standardError.write
    ) throws(StartError) {
        self.loop = loop
        settings = configuration.listeners
        unknownNames = configuration.unknownNames
        lacksRoleKey = configuration.gate.policy.roles.isOn && configuration.gate.roleKey == nil
        context = ServerContext(
            on: loop,
            configuration.log,
            timeouts: timeouts ?? HandshakeTimeouts(configuration.deadlines),
            clock: clock,
            writeLog: writeLog
        )
        parts = try ServerParts(configuration, context)
        predecessor = try settings.passed.predecessor.map { number throws(StartError) in
            try Predecessor(at: number, on: loop)
        }
    }

    // MARK: Starting

    /// Opens both ports, and serves until the server is told to stop and its last client has gone.
    func run() async throws(StartError) {
        context.metrics.declareSampled(parts.keys, context.log)
        try await checkSessions()
        await parts.revocations.load()
        try parts.doorkeeper.restoreSpentTokens()
        if let predecessor {
            try await takeOver(from: predecessor)
            // It may have been killed in the middle.
            try parts.doorkeeper.restoreSpentTokens()
        }
        // It may have been told to stop meanwhile.
        guard !parts.shutdown.isStopping else { return parts.keys.close() }
        do throws(StartError) {
            try start()
        } catch {
            release()
            await parts.fleet.endThreads()
            throw error
        }
        unsafe await withUnsafeContinuation { unsafe stopped = $0 }
        await parts.revocations.ended()
        await parts.fleet.endThreads()
    }

    /// The start does not wait for a database that cannot be asked just now: connections that need it are refused until it
    /// can. One that will never do keeps the server from starting.
    private func checkSessions() async throws(StartError) {
        do throws(SessionStoreError) {
            try await parts.sessions?.check()
        } catch .unavailable(let reason) where predecessor == nil {
            context.log.record(.warning, "session_store_unavailable", ["detail": .string(reason)])
        } catch {
            throw StartError(description: "DATABASE_URL: \(error).")
        }
    }

    private func start() throws(StartError) {
        try parts.fleet.start(
            Relays.Hooks(
                ended: { @Sendable in self.hearOfEnd($0, $1, $2) },
                noticed: { @Sendable in self.hearOfCommand($0, $1, isFirst: $2) }
            )
        )
        let passed = settings.passed
        adminListener = try listen("CDP_PROXY_ADMIN_LISTEN", settings.adminListen, passed.operators) {
            self.acceptOperator($0, $1)
        }
        listener = try listen("CDP_PROXY_LISTEN", settings.listen, passed.clients) { self.acceptClient($0, $1) }
        watchSignals()
        Task(executorPreference: loop) { await self.followPredecessor() }
        Task(executorPreference: loop) { await self.keepKeysFresh() }
        Task(executorPreference: loop) { await self.injectAtStart() }
        Task(executorPreference: loop) { await self.followClientsCertificate() }
        Task(executorPreference: loop) { await self.followOperatorsCertificate() }
        Task(executorPreference: loop) { await self.followRevocations() }
        Task(executorPreference: loop) { await self.keepDownloads() }
        Task(executorPreference: loop) { await self.followChrome() }
        context.log.record(
            .info,
            "listening",
            [
                "listen": .string(listener?.address.description ?? ""),
                "admin": .string(adminListener?.address.description ?? ""),
                "chrome": .string(settings.chrome.description),
                "version": .string(ProductVersion.text),
            ]
        )
        ServiceManager.tellReady()
        if lacksRoleKey {
            let detail = "FLYBROWSER_JWT_SECRET is not set: no role token is admitted"
            context.log.record(.warning, "role_secret_missing", ["detail": .string(detail)])
        }
        for name in unknownNames {
            context.log.record(.warning, "unknown_variable", ["name": .string(name)])
        }
    }

    private func keepKeysFresh() async { await parts.keys.run() }

    private func followClientsCertificate() async { await parts.arrivals.tls.clients?.follow() }

    private func followOperatorsCertificate() async { await parts.arrivals.tls.operators?.follow() }

    private func followRevocations() async { await parts.revocations.follow() }

    private func keepDownloads() async { await parts.browser.downloads.keep() }

    private func followChrome() async {
        guard let interval = parts.fleet.pingInterval else { return }
        await parts.browser.watch.follow(every: interval) { parts.fleet.giveChromeUp() }
    }

    private func injectAtStart() async { await parts.browser.startInjection.run() }

    // MARK: Connections

    private func acceptClient(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
        let arrivals = parts.arrivals
        guard let stream = arrivals.clientStream(descriptor, peer) else { return }
        let place = arrivals.enter(parts.clients.connection(on: stream))
        Task(executorPreference: loop) { await self.serveClient(in: place) }
    }

    private func serveClient(in place: Arrivals.ClientPlace) async {
        let arrivals = parts.arrivals
        guard let client = arrivals.client(in: place) else { return handshakeEnded() }
        await client.run(in: place)
        handshakeEnded()
        if client.stream.isOpen { await arrivals.readOut(client.stream) }
    }

    private func handshakeEnded() {
        parts.arrivals.handshakeEnded()
        stopIfEmpty()
    }

    private func acceptOperator(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
        guard let stream = parts.arrivals.operatorStream(descriptor, peer) else { return }
        let place = parts.arrivals.enter(parts.operators.connection(on: stream))
        Task(executorPreference: loop) { await self.serveOperator(in: place) }
    }

    private func serveOperator(in place: Arrivals.OperatorPlace) async {
        await parts.arrivals.operatorConnection(in: place)?.run()
        parts.arrivals.leave(place)
    }

    /// A connection is over, on whichever loop it was.
    private nonisolated func hearOfEnd(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        if loop.isOnLoop {
            assumeIsolated { $0.ended(connection, end, totals) }
        } else {
            Task(executorPreference: loop) { await self.ended(connection, end, totals) }
        }
    }

    /// A command was not passed on as it came, on whichever loop.
    private nonisolated func hearOfCommand(_ connection: ConnectionRecord, _ event: CommandEvent, isFirst: Bool) {
        if loop.isOnLoop {
            assumeIsolated { $0.noticed(event, of: connection, isFirst: isFirst) }
        } else {
            Task(executorPreference: loop) { await self.noticed(event, of: connection, isFirst: isFirst) }
        }
    }

    private func noticed(_ event: CommandEvent, of connection: ConnectionRecord, isFirst: Bool) {
        parts.clients.journal.noticed(event, of: connection, isFirst: isFirst)
    }

    private func ended(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        parts.fleet.ended(connection)
        parts.browser.placement.leave(connection.pass)
        if let folder = connection.downloadFolder { parts.browser.downloads.leave(folder) }
        // Chrome may have gone: the next caller who asks whether it is up must not be told what was so before.
        if end.side == .chrome { parts.browser.watch.doubt() }
        parts.clients.journal.closed(connection, end, totals)
        stopIfEmpty()
    }

    // MARK: Stopping

    /// The first SIGTERM or SIGINT drains and stops; a second one ends the process at once. SIGHUP has files read again, and
    /// SIGUSR2 has another process take this one's place.
    private func watchSignals() {
        signals = try? SignalWatch([SIGTERM, SIGINT, SIGHUP, SIGUSR2], on: loop) { signal in
            switch signal {
            case SIGHUP: self.parts.arrivals.tls.reload()
            case SIGUSR2: Task(executorPreference: self.loop) { await self.handOver() }
            default:
                if self.wasToldToStop { exit(1) }
                self.wasToldToStop = true
                self.stopInTurn()
            }
        }
    }

    /// Stops. Where the clients' socket stays open for the next process, the requests under way are served first, so that a
    /// restart refuses nobody.
    private func stopInTurn() {
        guard settings.passed.clients != nil else { return stop() }
        Task(executorPreference: loop) { await self.stopSettled() }
    }

    /// Joins no new client to Chrome. Those that are joined go on for a while, and are then told to come back.
    func drain() { parts.shutdown.drain() }

    /// Drains, closes the clients' port, and ends the loop when the last client has gone. A process that was to take the place is
    /// killed.
    func stop() {
        if parts.shutdown.isHandingOver { successor?.end() }
        listener?.close()
        parts.shutdown.stop()
        parts.arrivals.closeSilentClients()
        stopIfEmpty()
    }

    /// After each end: whether it was the last. The connections of a process whose place this one took count too: without this one
    /// nobody could tell them of a revocation.
    func stopIfEmpty() {
        guard parts.shutdown.isStopping, parts.fleet.connected == 0, parts.arrivals.handshakes == 0,
            predecessor == nil, let waiting = unsafe stopped
        else { return }
        unsafe stopped = nil
        context.log.record(.info, "stopped")
        release()
        unsafe waiting.resume()
    }

    /// Ends what would keep the loop and the server alive: the loop retains these, and each of them the server.
    private func release() {
        listener?.close()
        adminListener?.close()
        signals?.close()
        (listener, adminListener, signals) = (nil, nil, nil)
        predecessor?.leave()
        successor?.leave()
        (predecessor, successor) = (nil, nil)
        parts.revocations.passOn = nil
        parts.browser.watch.close()
        parts.keys.close()
        parts.arrivals.tls.close()
        parts.revocations.close()
        parts.browser.downloads.close()
        parts.shutdown.release()
        parts.arrivals.closeSilentRest()
        parts.fleet.release()
    }
}
