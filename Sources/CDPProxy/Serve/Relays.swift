import ProxyCore

/// The relays of one loop, which is the actor's executor: from that loop itself its calls are plain calls.
///
/// There is one for each loop that relays are spread over. The server and all handshakes live on the first; what comes of a
/// relay is told on the loop that the relay is on.
actor Relays {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let pingInterval: Duration?
    /// The pipes large frames are spliced through.
    private let pipes = PipePool()
    private var live: [RequestID: Relay] = [:]
    private var past = RelayTotals()

    /// No relay yet.
    init(on loop: EventLoop, pingInterval: Duration?) {
        self.loop = loop
        self.pingInterval = pingInterval
    }

    /// Joins two sockets of this loop. `pipelined` is what came behind their heads; `finished` is called once.
    func join(
        _ request: RequestID,
        client: consuming DetachedSocket,
        chrome: consuming DetachedSocket,
        pipelined: Pipelined,
        finished: @escaping @Sendable (RelayEnd, RelayTotals) -> Void
    ) {
        let relay = Relay(
            client: client,
            chrome: chrome,
            fromClient: pipelined.fromClient,
            fromChrome: pipelined.fromChrome,
            on: loop,
            pipes: pipes,
            pingInterval: pingInterval,
            finished: { end, totals in
                self.live[request] = nil
                self.past = self.past + totals
                finished(end, totals)
            }
        )
        live[request] = relay
        relay.start()
    }

    /// Joins two sockets that come from another loop.
    func receive(
        _ request: RequestID,
        client: consuming TravellingSocket,
        chrome: consuming TravellingSocket,
        pipelined: Pipelined,
        finished: @escaping @Sendable (RelayEnd, RelayTotals) -> Void
    ) {
        do throws(Errno) {
            let client = try client.arrive(on: loop)
            do throws(Errno) {
                let chrome = try chrome.arrive(on: loop)
                join(request, client: client, chrome: chrome, pipelined: pipelined, finished: finished)
            } catch {
                _ = client.leave(loop)
                throw error
            }
        } catch {
            finished(RelayEnd(code: .internalError, side: .proxy), RelayTotals())
        }
    }

    /// Tells a client that it is over, if it is not already.
    func close(_ request: RequestID, _ code: CloseCode, reason: String) {
        live[request]?.close(code, reason: reason)
    }

    /// Tells every client that it is over.
    func closeAll(_ code: CloseCode, reason: String) {
        for relay in live.values { relay.close(code, reason: reason) }
    }

    /// What went through each live relay so far.
    var liveTotals: [RequestID: RelayTotals] { live.mapValues(\.totals) }

    /// What went through all relays since the start, the live ones included.
    var totals: RelayTotals { live.values.reduce(past) { $0 + $1.totals } }
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
        return sum
    }
}
