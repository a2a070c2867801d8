import ProxyCore
import SessionStore
import Settings

// What the configuration makes of the server's parts.

extension StoredSessionResolver {
    /// A resolver over the configured database; nil when nothing is ever injected, or when the database is the standard
    /// one and was never made, so that there are no stored sessions.
    init?(_ configuration: Configuration, _ log: EventLog) throws(StartError) {
        guard configuration.injection.time != .off else { return nil }
        let store = configuration.store
        if store.keys == nil {
            if configuration.injection.time == .start { throw .noSecret(because: "CDP_PROXY_INJECT is start") }
            if !store.isStandard { throw .noSecret(because: "DATABASE_URL is set") }
        }
        do throws(SessionStoreError) {
            self.init(store: try SessionStores.openExisting(store.database), keys: store.keys)
        } catch .missing where store.isStandard && !configuration.injection.needsStore {
            return nil
        } catch {
            throw StartError(description: "DATABASE_URL: \(error).")
        }
        if store.keys == nil {
            log.record(
                .warning,
                "session_secret_missing",
                ["detail": "SESSION_ENCRYPTION_SECRET is not set: no stored session can be opened"]
            )
        }
    }
}

extension BrowserDoor {
    /// The door to a Chrome. A process that nothing is known of is looked at where stored sessions can be opened.
    convenience init(
        of chrome: ChromeEndpoint,
        _ configuration: Configuration,
        on loop: EventLoop,
        file: StateFile?,
        timeout: Duration,
        log: EventLog
    ) {
        let canOpen = configuration.store.keys != nil && configuration.injection.time != .off
        let survey = BrowserSurvey(
            of: chrome,
            on: loop,
            file: file,
            usedBrowser: canOpen ? configuration.ownership.usedBrowser : nil,
            timeout: timeout,
            log: log
        )
        self.init(learn: survey.learn, keep: survey.keep)
    }
}

extension StartError {
    /// There are stored sessions to open, and nothing to open them with.
    fileprivate static func noSecret(because reason: String) -> StartError {
        StartError(
            description: "SESSION_ENCRYPTION_SECRET is not set, and \(reason): "
                + "set it, or SESSION_USER_KEY, so that stored sessions can be opened; or CDP_PROXY_INJECT to off."
        )
    }
}

extension StateFile {
    /// The configured file. The standard one may be missing: then what is known of a Chrome ends with the proxy, and a
    /// used one is refused after that.
    static func configured(_ configuration: Configuration, _ log: EventLog) throws(StartError) -> StateFile? {
        guard let path = configuration.ownership.stateFile else { return nil }
        do throws(SessionStoreError) {
            return try StateFile(path: path)
        } catch .unopenable(_, let reason) where !configuration.ownership.isNamed {
            let detail = "\(path): \(reason); CDP_PROXY_STATE names another place"
            log.record(.warning, "state_not_kept", ["detail": .string(detail)])
            return nil
        } catch {
            throw StartError(description: "CDP_PROXY_STATE: \(error.aboutState(path)).")
        }
    }
}

extension SessionStoreError {
    /// What is wrong with the state file, in its words.
    fileprivate func aboutState(_ path: String) -> String {
        switch self {
        case .unopenable(_, let reason): "\(path) cannot be opened: \(reason)"
        case .corrupt: "\(path) is damaged or not a state file; remove it, and restart Chrome"
        default: description
        }
    }
}

extension SigningKeySource {
    /// The configured source; what it fetches is counted and logged.
    convenience init(_ settings: SecretSettings, on loop: EventLoop, metrics: ProxyMetrics, log: EventLog) {
        switch settings.origin {
        case .fixed(let key): self.init(fixed: key)
        case .secretsManager(let location):
            self.init(
                location,
                timeToLive: settings.timeToLive,
                overlap: settings.overlap,
                on: loop,
                observe: { failure in
                    metrics.secretFetches[failure?.label ?? "ok"].increment()
                    guard let failure else { return }
                    log.record(
                        .error,
                        "secret_fetch_failed",
                        ["cause": .string(failure.label), "detail": .string(failure.detail)]
                    )
                }
            )
        }
    }
}

extension ListenAddress {
    /// The address as the kernel takes it.
    func resolved() throws(StartError) -> SocketAddress {
        guard let address = socketAddress else { throw StartError(description: "\(self) is no address.") }
        return address
    }
}

extension AdminGuard {
    /// The guard of the configured listener.
    init(_ configuration: Configuration) {
        let settings = configuration.listeners
        let token = configuration.gate.adminToken
        switch settings.adminListen {
        case .unix: self.init(hosts: settings.adminHosts, token: token, isUnixSocket: true)
        case .tcp(let host, _): self.init(hosts: settings.adminHosts + [host], token: token, isUnixSocket: false)
        }
    }
}

extension Duration {
    /// The duration in seconds, for metrics and logs.
    var inSeconds: Double { self / .seconds(1) }
}
