import ProxyCore

/// All relays, spread over the server's loop and as many more as are configured, and how many connections they hold.
///
/// Lives on the server's loop.
final class RelayFleet {
    private let loop: EventLoop
    private let settings: ConnectionSettings
    /// What the commands of clients with roles are held to.
    let policy: PolicySettings
    private let gauge: Gauge
    private var relays: [Relays] = []
    private var threads: [LoopThread] = []
    /// The index of the relays that had the last turn.
    private var last = 0
    private var places: ConnectionPlaces

    /// A fleet that has not started.
    init(_ settings: ConnectionSettings, _ policy: PolicySettings, _ context: ServerContext) {
        self.policy = policy
        loop = context.loop
        self.settings = settings
        places = ConnectionPlaces(settings.limits)
        gauge = context.metrics.connectionsActive
    }

    /// After how much silence a side is pinged; nil for never.
    var pingInterval: Duration? { settings.ping }

    // MARK: Places

    /// Refuses a client when there is no place for it, and would be none by eviction.
    func checkRoom(for request: AdmittedRequest) throws(RequestRefusal) {
        if let limit = places.limit(for: request) { throw .connectionLimit(limit) }
    }

    /// Takes a place for a client that is about to be joined. False when there is none.
    func takePlace(for request: AdmittedRequest) -> Bool { places.enter(request) }

    /// Takes a place for a client where there is none, by evicting the idlest other connection of its token.
    func takePlaceByEviction(for request: AdmittedRequest) async throws(RequestRefusal) {
        let holder = places.holder(for: request)
        while let limit = places.enter(request.id, holder) {
            let candidates = places.candidates(for: holder, below: limit)
            guard let idlest = await idlest(of: candidates) else { throw .connectionLimit(limit) }
            // Another client may have been faster, or the connection may have ended meanwhile.
            guard places.evict(idlest.request) else { continue }
            await idlest.relays.close(idlest.request, .replaced, reason: "replaced")
        }
    }

    private func idlest(of candidates: Set<RequestID>) async -> (request: RequestID, relays: Relays)? {
        guard !candidates.isEmpty else { return nil }
        var found: (request: RequestID, relays: Relays)?
        var since = Instant(nanoseconds: .max)
        for each in relays {
            guard let idlest = await each.idlest(of: candidates), idlest.since < since else { continue }
            (found, since) = ((idlest.request, each), idlest.since)
        }
        return found
    }

    /// Gives a place back: its client was not joined. Does nothing for one that has none.
    func leavePlace(of request: RequestID) { places.leave(request) }

    // MARK: Connections

    /// What is agreed on with a client about the compression of messages; nil for none.
    func compression(for request: AdmittedRequest) throws(RequestRefusal) -> PermessageDeflate? {
        guard settings.compression.applies(to: request.origin.address) else { return nil }
        do throws(UpgradeRefusal) {
            guard let offered = try PermessageDeflate.offered(by: request.head) else { return nil }
            return CompressionPool.isAvailable ? offered : nil
        } catch {
            throw .handshake(error)
        }
    }

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

    /// A connection has ended.
    func ended(_ connection: ConnectionRecord) {
        places.leave(connection.request)
        count(-1)
    }

    /// How many clients are joined to Chrome.
    var connected: Int { Int(gauge.value) }

    private func count(_ change: Double) { gauge.value += change }

    /// The relays that the next connection's frames are moved by.
    func takeTurn() -> Relays {
        let all = relays
        guard all.count > 1 else { return all[0] }
        last = (last + 1) % all.count
        return all[last]
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

    /// Closes every connection that `matches` as revoked.
    func revoke(where matches: @escaping @Sendable (ConnectionRecord) -> Bool) {
        for each in relays {
            Task(executorPreference: each.loop) { await each.close(.revoked, reason: "revoked", where: matches) }
        }
    }

    /// Closes every connection with this code.
    func closeAll(_ code: CloseCode, reason: String) {
        for each in relays {
            Task(executorPreference: each.loop) { await each.closeAll(code, reason: reason) }
        }
    }

    /// Closes every connection, since Chrome does not answer.
    func giveChromeUp() {
        for each in relays { Task(executorPreference: each.loop) { await each.giveChromeUp() } }
    }

    // MARK: Life

    /// Starts the threads. The hooks are called on the loop that a connection is on.
    func start(_ hooks: Relays.Hooks) throws(StartError) {
        if settings.compression == .on, !CompressionPool.isAvailable {
            throw StartError(description: "CDP_PROXY_COMPRESSION is on, but zlib (libz.so.1) is not installed.")
        }
        do throws(Errno) {
            while threads.count + 1 < settings.loops { threads.append(try LoopThread(EventLoop())) }
        } catch {
            throw StartError(description: "CDP_PROXY_LOOPS: cannot start so many threads: \(error).")
        }
        relays = ([loop] + threads.map(\.loop)).map { Relays(on: $0, settings, policy, hooks) }
    }

    /// Releases the relays, and with them the `ended` callback and what it retains.
    func release() { relays = [] }

    /// Ends the threads.
    func endThreads() async {
        for thread in threads { await thread.stop() }
    }
}
