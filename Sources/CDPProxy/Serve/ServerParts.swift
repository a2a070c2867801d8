import ProxyCore
import Settings

/// The server's parts, each made from its own group of settings.
struct ServerParts {
    /// The keys the gate verifies with.
    let keys: SigningKeySource
    /// Finds stored sessions; nil when there are none.
    let sessions: StoredSessionResolver?
    let doorkeeper: Doorkeeper
    let browser: BrowserParts
    let fleet: RelayFleet
    let shutdown: Shutdown
    let arrivals: Arrivals
    let journal: Journal
    let clients: ClientService
    let operators: OperatorDesk

    /// The one place where the configuration is taken apart.
    init(_ configuration: Configuration, _ context: ServerContext) throws(StartError) {
        let listeners = configuration.listeners
        keys = SigningKeySource(configuration.secret, context)
        sessions = try StoredSessionResolver(configuration.store, configuration.injection, log: context.log)
        let keyRing = KeyRing(configuration.store, log: context.log, clock: context.clock)
        let state = try KeptState(configuration.ownership, log: context.log)
        journal = Journal(context)
        fleet = RelayFleet(configuration.connections, configuration.policy, context)
        shutdown = Shutdown(of: fleet, after: configuration.connections.drain, context)
        arrivals = Arrivals(configuration.connections, TrustedProxies(listeners.trustedProxies), context)
        doorkeeper = Doorkeeper(configuration.gate, listeners, keys: keys, keyRing: keyRing, state: state, context)
        browser = try BrowserParts(
            listeners,
            configuration.injection,
            sessions: sessions,
            sessionID: configuration.gate.sessionID,
            usedBrowser: configuration.survey,
            state: state,
            until: shutdown,
            context
        )
        clients = ClientService(
            arrivals: arrivals,
            doorkeeper: doorkeeper,
            browser: browser,
            fleet: fleet,
            shutdown: shutdown,
            journal: journal,
            publicURL: listeners.publicURL,
            context
        )
        operators = OperatorDesk(
            behind: AdminGuard(listeners, token: configuration.gate.adminToken),
            browser: browser,
            doorkeeper: doorkeeper,
            fleet: fleet,
            shutdown: shutdown,
            context
        )
    }
}

extension Configuration {
    /// The policy for a used browser; nil where no stored session can be opened: then the proxy does not look at Chrome.
    fileprivate var survey: UsedBrowserPolicy? {
        store.keys != nil && injection.time != .off ? ownership.usedBrowser : nil
    }
}
