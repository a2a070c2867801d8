import ProxyCore
import SessionInjector
import SessionStore

/// Everything one event loop serves. The actor's executor is the loop, so its state, and the state of what it owns, is
/// touched by one thread, without a lock.
///
/// `ClientConnection.swift` tells what happens to a client; `ProxyServer+Life.swift` how the server starts and ends.
///
/// `@safe`: its one continuation is taken out of its place before it is resumed.
@safe actor ProxyServer {
    nonisolated let loop: EventLoop
    /// The loop's thread is the actor's.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let configuration: Configuration
    let chrome: ChromeEndpoint
    let keys: SigningKeySource
    /// Finds stored sessions; nil when there are none.
    let sessions: StoredSessionResolver?
    /// What must outlive the proxy; nil when there is nowhere to keep it.
    let stateFile: StateFile?
    /// The one way to Chrome's pages.
    let door: BrowserDoor
    let metrics: ProxyMetrics
    let log: EventLog
    /// Seconds since 1970.
    let clock: @Sendable () -> Double
    let timeouts: HandshakeTimeouts
    let trustedProxies: TrustedProxies
    let origins: OriginPolicy
    /// Who may ask the admin listener.
    let adminGuard: AdminGuard
    /// Where clients find the proxy, when the configuration says so.
    let publicAddress: ExternalAddress?

    /// Who is let in, and what is remembered of it.
    var gate: Gate
    /// Where requests get their names from.
    var random = BatchedRandom()
    /// How many clients have connected and are neither joined to Chrome nor answered yet.
    var handshakes = 0
    /// Those of them whose request has not come whole.
    var halfOpen: Places<TCPStream>
    /// Clients that were answered and are still sending.
    var answered: Places<TCPStream>
    /// The operators' connections: whatever the clients do, there is room for them.
    var operators: Places<TCPStream>
    /// Whether Chrome answered when it was asked last, and when that was.
    var chromeState: (at: Instant, isUp: Bool)?
    /// The question to Chrome that is not answered yet.
    var chromeQuestion: Task<Bool, Never>?
    /// The id of the Chrome process that answered last.
    var lastBrowser: String?
    /// The wait for a Chrome that is being restarted.
    var chromeWait: Task<Void, Never>?
    /// Whether no client is joined to Chrome any more.
    var isDraining = false
    /// Whether the session that is injected at start is not in the browser yet.
    var startInjectionIsPending: Bool
    /// Whether the server stops when its last client has gone.
    var isStopping = false

    /// How many clients are joined to Chrome.
    var connected = 0
    /// Where their frames are moved, in turn: on this loop, and on those of `threads`.
    var relays: [Relays] = []
    var threads: [LoopThread] = []
    /// Whose turn it was last.
    var lastRelays = 0

    var listener: TCPListener?
    var adminListener: TCPListener?
    var drainTimer: LoopTimer?
    var signals: SignalWatch?

    /// Resumed when the server has stopped.
    var stopped: UnsafeContinuation<Void, Never>?

    /// A server that does nothing before ``run()``. Log lines go to standard error unless told otherwise; the clock and
    /// the timeouts are other ones in tests only.
    init(
        _ configuration: Configuration,
        on loop: EventLoop,
        timeouts: HandshakeTimeouts = HandshakeTimeouts(),
        clock: @escaping @Sendable () -> Double = secondsSince1970,
        writeLog: @escaping @Sendable ([UInt8]) -> Bool = LineOutput.standardError.write
    ) throws(StartError) {
        self.loop = loop
        self.configuration = configuration
        self.clock = clock
        self.timeouts = timeouts
        log = EventLog(
            threshold: configuration.log.level,
            format: configuration.log.format,
            clock: clock,
            gatheringOn: loop,
            write: writeLog
        )
        let metrics = ProxyMetrics()
        self.metrics = metrics
        chrome = ChromeEndpoint(
            at: try configuration.listeners.chrome.resolved(),
            on: loop,
            timeout: timeouts.chrome
        )
        keys = SigningKeySource(configuration.secret, on: loop, metrics: metrics, log: log)
        sessions = try StoredSessionResolver(configuration, log)
        stateFile = try StateFile.configured(configuration, log)
        door = BrowserDoor(of: chrome, configuration, on: loop, file: stateFile, timeout: timeouts.chrome, log: log)
        startInjectionIsPending = configuration.injection.time == .start
        gate = Gate(policy: configuration.gate.policy)
        (halfOpen, answered, operators) = Self.places(configuration.connections)
        adminGuard = AdminGuard(configuration)
        trustedProxies = TrustedProxies(configuration.listeners.trustedProxies)
        origins = OriginPolicy(allowing: configuration.listeners.allowedOrigins.map(\.description))
        publicAddress = configuration.listeners.publicURL.map { ExternalAddress($0) }
    }
}
