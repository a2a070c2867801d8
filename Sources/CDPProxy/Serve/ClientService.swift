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
    private let headTimeout: Duration
    private var random = BatchedRandom()

    /// The service of these parts.
    init(
        arrivals: Arrivals,
        doorkeeper: Doorkeeper,
        browser: BrowserParts,
        fleet: RelayFleet,
        shutdown: Shutdown,
        _ listeners: ListenSettings,
        _ context: ServerContext
    ) {
        self.arrivals = arrivals
        self.doorkeeper = doorkeeper
        watch = browser.watch
        links = ReturnLinks(doorkeeper, listeners)
        access = browser.access
        answers = DevToolsAnswers(of: browser.chrome, watch: browser.watch, access: browser.access, links: links)
        self.fleet = fleet
        downloads = browser.downloads
        self.shutdown = shutdown
        journal = Journal(context)
        addresses = fleet.policy.addresses
        clock = context.clock
        headTimeout = context.timeouts.head
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
            deadline: stream.loop.now + headTimeout,
            service: self
        )
    }
}
