import ProxyCore

/// The parts that serve clients, in the order in which a connection comes to them, and the making of a connection.
///
/// Lives on the loop's thread.
final class ClientService {
    let arrivals: Arrivals
    let doorkeeper: Doorkeeper
    let watch: ChromeWatch
    let links: ReturnLinks
    let answers: DevToolsAnswers
    let access: BrowserAccess
    let fleet: RelayFleet
    let downloads: Downloads
    let shutdown: Shutdown
    let journal: Journal
    /// Which addresses a caller with roles may open.
    let addresses: PageAddress
    /// The wall clock.
    let clock: @Sendable () -> Timestamp
    private let timeouts: HandshakeTimeouts
    private let deadlines: DeadlineSettings
    private var random = BatchedRandom()

    /// The service of these parts.
    init(
        arrivals: Arrivals,
        doorkeeper: Doorkeeper,
        browser: BrowserParts,
        fleet: RelayFleet,
        shutdown: Shutdown,
        _ configuration: Configuration,
        _ context: ServerContext
    ) {
        self.arrivals = arrivals
        self.doorkeeper = doorkeeper
        watch = browser.watch
        links = ReturnLinks(doorkeeper, configuration.listeners)
        access = browser.access
        answers = DevToolsAnswers(of: browser.chrome, watch: browser.watch, access: browser.access, links: links)
        self.fleet = fleet
        downloads = browser.downloads
        self.shutdown = shutdown
        journal = Journal(context)
        addresses = fleet.policy.addresses
        clock = context.clock
        timeouts = context.timeouts
        deadlines = configuration.deadlines
    }

    /// A connection that was accepted just now.
    func connection(on stream: TCPStream) -> ClientConnection {
        ClientConnection(
            stream: stream,
            id: RequestID(using: &random),
            // A Unix socket's peer has no address; a process that may open the socket is on this machine.
            origin: RequestOrigin(
                address: stream.peer.ipAddress ?? .loopback,
                isBehindTrustedProxy: false,
                isShared: stream.peer.ipAddress == nil
            ),
            deadline: stream.loop.now + timeouts.head,
            service: self
        )
    }

    /// Waits for the handshake of a client that is to speak TLS, and gives the moment by which its request must have come whole.
    func shakeHands(on stream: TCPStream) async throws(RequestRefusal) -> Instant {
        stream.setDeadline(stream.loop.now + timeouts.tls)
        do throws(StreamError) {
            try await stream.shakeHands()
            return stream.loop.now + timeouts.head
        } catch {
            if let fault = stream.fault { throw .tls(fault) }
            throw error == .deadline ? .tlsIncomplete : .clientGone
        }
    }

    /// How long a connection of this grant may last.
    func span(of grant: Grant) -> RelaySpan {
        RelaySpan(
            untilExpiry: doorkeeper.lifetime(of: grant),
            age: Self.shorter(grant.maxSeconds, deadlines.age),
            idleness: Self.shorter(grant.maxIdle, deadlines.idle)
        )
    }

    private static func shorter(_ one: Duration?, _ other: Duration?) -> Duration? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }
}
