import ProxyCore
import SessionStore
import Settings

// What the configuration makes of the server's parts.

extension StoredSessionResolver {
    /// A resolver over the configured database; nil when nothing is ever injected, or when the database is the standard
    /// one and was never made, so that there are no stored sessions.
    init?(_ configuration: Configuration) throws(StartError) {
        guard configuration.injection.time != .off else { return nil }
        if configuration.injection.time == .start, configuration.store.keys == nil {
            throw StartError(
                description: "SESSION_ENCRYPTION_SECRET is not set, and CDP_PROXY_INJECT is start: "
                    + "set it, or SESSION_USER_KEY, so that the stored session can be opened."
            )
        }
        do throws(SessionStoreError) {
            self.init(
                store: try SessionStores.openExisting(configuration.store.database),
                keys: configuration.store.keys
            )
        } catch .missing where configuration.store.isStandard && !configuration.injection.needsStore {
            return nil
        } catch {
            throw StartError(description: "DATABASE_URL: \(error).")
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
