import ProxyCore

/// All relays, spread over the server's loop and as many more as are configured, and how many connections they hold.
///
/// Lives on the server's loop.
final class RelayFleet {
    private let loop: EventLoop
    private let settings: ConnectionSettings
    private let policy: PolicySettings
    private let gauge: Gauge
    private var relays: [Relays] = []
    private var threads: [LoopThread] = []
    /// The index of the relays that had the last turn.
    private var last = 0
    /// How many clients are joined to Chrome.
    private(set) var connected = 0

    /// A fleet that has not started.
    init(_ settings: ConnectionSettings, _ policy: PolicySettings, _ context: ServerContext) {
        self.policy = policy
        loop = context.loop
        self.settings = settings
        gauge = context.metrics.connectionsActive
    }

    // MARK: Connections

    /// Whether one more client may be joined to Chrome.
    var hasRoom: Bool { connected < settings.limit }

    /// Hands both sockets of a connection to the relays whose turn it is. `pipelined` holds the bytes that came behind their
    /// heads.
    func join(
        _ connection: ConnectionRecord,
        client: consuming Leg,
        chrome: consuming Leg,
        pipelined: Pipelined
    ) async {
        count(1)
        let relays = takeTurn()
        if relays.loop === loop {
            await relays.join(connection, client: client, chrome: chrome, pipelined: pipelined)
        } else {
            let near = client.leave(loop)
            let far = chrome.leave(loop)
            await relays.receive(connection, client: near, chrome: far, pipelined: pipelined)
        }
    }

    /// One connection less.
    func ended() { count(-1) }

    private func count(_ change: Int) {
        connected += change
        gauge.value = Double(connected)
    }

    /// The relays that the next connection's frames are moved by.
    func takeTurn() -> Relays {
        last = (last + 1) % relays.count
        return relays[last]
    }

    // MARK: All of them

    /// The live connections, oldest first, and what went through each so far.
    func listed() async -> [(connection: ConnectionRecord, totals: RelayTotals)] {
        var listed: [(connection: ConnectionRecord, totals: RelayTotals)] = []
        for each in relays { listed += await each.listed }
        return listed.sorted { $0.connection.since < $1.connection.since }
    }

    /// What went through all relays since the start, the live ones included.
    func totals() async -> RelayTotals {
        var totals = RelayTotals()
        for each in relays { totals = totals + (await each.totals) }
        return totals
    }

    /// Closes every connection with this code.
    func closeAll(_ code: CloseCode, reason: String) {
        for each in relays {
            Task(executorPreference: each.loop) { await each.closeAll(code, reason: reason) }
        }
    }

    // MARK: Life

    /// Starts the threads. The hooks are called on the loop that a connection is on.
    func start(_ hooks: Relays.Hooks) throws(StartError) {
        do throws(Errno) {
            while threads.count + 1 < settings.loops { threads.append(try LoopThread(EventLoop())) }
        } catch {
            throw StartError(description: "CDP_PROXY_LOOPS: cannot start so many threads: \(error).")
        }
        relays = ([loop] + threads.map(\.loop)).map { Relays(on: $0, pingInterval: settings.ping, policy, hooks) }
    }

    /// Releases the relays, and with them the `ended` callback and what it retains.
    func release() { relays = [] }

    /// Ends the threads.
    func endThreads() async {
        for thread in threads { await thread.stop() }
    }
}
