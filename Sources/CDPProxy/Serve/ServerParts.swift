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
    let revocations: Revocations
    let clients: ClientService
    let operators: OperatorDesk

    /// The one place where the configuration is taken apart.
    init(_ configuration: Configuration, _ context: ServerContext) throws(StartError) {
        let listeners = configuration.listeners
        keys = SigningKeySource(configuration.secret, context)
        sessions = try StoredSessionResolver(configuration.store, configuration.injection, log: context.log)
        let state = try KeptState(configuration.ownership, log: context.log)
        fleet = RelayFleet(configuration.connections, configuration.policy, context)
        shutdown = Shutdown(of: fleet, after: configuration.connections.drain, context)
        arrivals = try Arrivals(configuration.connections, listeners, context)
        doorkeeper = Doorkeeper(configuration.gate, listeners, configuration.store, keys: keys, state: state, context)
        browser = try BrowserParts(
            listeners,
            configuration.injection,
            configuration.policy,
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
            configuration,
            context
        )
        revocations = Revocations(configuration.store, to: doorkeeper, in: fleet, context)
        operators = OperatorDesk(
            behind: AdminGuard(listeners, token: configuration.gate.adminToken),
            browser: browser,
            doorkeeper: doorkeeper,
            revocations: revocations,
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
