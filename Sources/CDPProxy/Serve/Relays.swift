import ProxyCore

/// The relays of one loop, which is the actor's executor: from that loop itself its calls are plain calls.
///
/// There is one for each loop that relays are spread over. The server and all handshakes live on the first. `ended` is
/// called on the relay's own loop.
actor Relays {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let pingInterval: Duration?
    private let policy: PolicySettings
    private let hooks: Hooks
    /// The pipes large frames are spliced through.
    private let pipes: PipePool
    /// What compressed connections share; made for the first of them.
    private lazy var compression = CompressionPool(on: loop)
    private var live: [RequestID: Joined] = [:]
    private var past = RelayTotals()

    /// What is told of connections, on this loop's thread.
    struct Hooks: Sendable {
        /// One is over. Told once of each.
        let ended: @Sendable (ConnectionRecord, RelayEnd, RelayTotals) -> Void
        /// A command of one was not passed on as it came; and whether it was the first of its method, or of those that are
        /// malformed: a client that goes on sending what it may not must not fill the log.
        let noticed: @Sendable (ConnectionRecord, CommandEvent, _ isFirst: Bool) -> Void
    }

    /// A connection and how its frames are moved.
    private struct Joined {
        let connection: ConnectionRecord
        let relay: Relay
        /// Ends it when its time is over; nil when only its two sides end it.
        let timer: SpanTimer?
    }

    /// No relay yet.
    init(on loop: EventLoop, _ settings: ConnectionSettings, _ policy: PolicySettings, _ hooks: Hooks) {
        self.loop = loop
        pingInterval = settings.ping
        pipes = PipePool(capacity: settings.relayBuffer)
        self.policy = policy
        self.hooks = hooks
    }

    /// Joins two sockets of this loop. `pipelined` is what came behind their heads.
    func join(
        _ connection: ConnectionRecord,
        client: consuming Leg,
        chrome: consuming Leg,
        pipelined: Pipelined
    ) {
        var fromClient = pipelined.fromClient
        let leg: Leg
        if let agreement = connection.compression, let pool = compression {
            // What came behind the head is compressed too.
            leg = client.compressed(as: agreement, with: pool, received: fromClient)
            fromClient = []
        } else {
            leg = client
        }
        let relay = Relay(
            client: leg,
            chrome: chrome,
            fromClient: fromClient,
            fromChrome: pipelined.fromChrome,
            inspector: inspector(of: connection),
            on: loop,
            pipes: pipes,
            pingInterval: pingInterval,
            finished: { end, totals in self.finished(connection, end, totals) }
        )
        let timer = SpanTimer(connection.span, of: relay, on: loop)
        live[connection.request] = Joined(connection: connection, relay: relay, timer: timer)
        relay.start()
    }

    /// Joins two sockets that come from another loop.
    func receive(
        _ connection: ConnectionRecord,
        client: consuming TravellingLeg,
        chrome: consuming TravellingLeg,
        pipelined: Pipelined
    ) {
        do throws(Errno) {
            let client = try client.arrive(on: loop)
            do throws(Errno) {
                let chrome = try chrome.arrive(on: loop)
                join(connection, client: client, chrome: chrome, pipelined: pipelined)
            } catch {
                _ = client.leave(loop)
                throw error
            }
        } catch {
            hooks.ended(connection, RelayEnd(code: .internalError, side: .proxy), RelayTotals())
        }
    }

    private func finished(_ connection: ConnectionRecord, _ end: RelayEnd, _ totals: RelayTotals) {
        live.removeValue(forKey: connection.request)?.timer?.cancel()
        past = past + totals
        hooks.ended(connection, end, totals)
    }

    /// What looks at a client's commands; nil when it may send any.
    private func inspector(of connection: ConnectionRecord) -> CommandInspector? {
        guard let policy = policy.policy(for: connection.permissions, downloadFolder: connection.downloadFolder)
        else { return nil }
        var noticed: Set<String> = []
        return CommandInspector(
            CommandJudge(policy) { event in
                self.notice(event, of: connection, isFirst: noticed.insert(event.subject).inserted)
            }
        )
    }

    private func notice(_ event: CommandEvent, of connection: ConnectionRecord, isFirst: Bool) {
        hooks.noticed(connection, event, isFirst)
        // Behind its answer, which is on its way to the client.
        if event == .disconnect { loop.runWhenIdle { self.disconnect(connection.request) } }
    }

    private func disconnect(_ request: RequestID) {
        live[request]?.relay.close(.normal, reason: "Browser.close")
    }

    /// The one of these connections whose client has been silent longest, if one of them is here.
    func idlest(of requests: Set<RequestID>) -> (request: RequestID, since: Instant)? {
        let here = requests.compactMap { request in
            live[request].map { (request: request, since: $0.relay.lastFromClient) }
        }
        return here.min { $0.since < $1.since }
    }

    /// Tells a client that its connection is over.
    func close(_ request: RequestID, _ code: CloseCode, reason: String) {
        live[request]?.relay.close(code, reason: reason)
    }

    /// Tells the clients of some connections that it is over.
    func close(_ code: CloseCode, reason: String, where matches: @Sendable (ConnectionRecord) -> Bool) {
        for joined in live.values where matches(joined.connection) { joined.relay.close(code, reason: reason) }
    }

    /// Tells every client that it is over.
    func closeAll(_ code: CloseCode, reason: String) {
        for joined in live.values { joined.relay.close(code, reason: reason) }
    }

    /// Tells every client that Chrome does not answer.
    func giveChromeUp() {
        for joined in live.values { joined.relay.giveChromeUp() }
    }

    /// The live connections, and what went through each so far.
    var listed: [(connection: ConnectionRecord, totals: RelayTotals)] {
        live.values.map { ($0.connection, $0.relay.totals) }
    }

    /// What went through all relays since the start, the live ones included.
    var totals: RelayTotals { live.values.reduce(past) { $0 + $1.relay.totals } }
}

/// The bytes that came behind the two handshakes.
struct Pipelined: Sendable {
    let fromClient: [UInt8]
    let fromChrome: [UInt8]
}

extension RelayTotals {
    /// Both together.
    static func + (left: RelayTotals, right: RelayTotals) -> RelayTotals {
        var sum = left
        sum.bytesToChrome &+= right.bytesToChrome
        sum.bytesToClient &+= right.bytesToClient
        sum.framesToChrome &+= right.framesToChrome
        sum.framesToClient &+= right.framesToClient
        sum.compression = left.compression + right.compression
        return sum
    }
}
