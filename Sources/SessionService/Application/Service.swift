import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ProxyCore
import ServiceLifecycle
import SessionStore
import Settings
import UnixSignals

/// The running service: the listener for users, the one for operators, the database and the identity provider's keys.
struct Service {
    private let configuration: ServiceConfiguration
    private let log: ServiceLog
    private let metrics: ServiceMetrics
    private let authenticator: Authenticator

    /// A service with these settings. It opens nothing yet.
    init(_ configuration: ServiceConfiguration) throws {
        let log = ServiceLog(threshold: configuration.logLevel)
        let metrics = ServiceMetrics(droppedLines: { log.droppedLines })
        authenticator = try Authenticator(
            configuration.identityProvider,
            events: AuthenticationEvents(
                log: { level, event, fields in log.record(level, event, fields) },
                countFetch: { result in metrics.countKeySetFetch(result) }
            )
        )
        self.configuration = configuration
        self.log = log
        self.metrics = metrics
    }

    /// Opens the database and the ports, and serves until SIGTERM or SIGINT. Then it finishes the running requests.
    func run() async throws {
        let store = try await openStore()
        let keys = try await openKeys()
        warn()
        let quiet = Logger(label: "session-service", factory: { _ in SwiftLogNoOpLogHandler() })
        let opening = OpenedListeners(["SESSION_LISTEN", "SESSION_ADMIN_LISTEN"]) { ports in
            do { try authenticator.start() } catch {
                log.record(.error, "failed", ["cause": "the thread that fetches keys could not start"])
            }
            log.record(
                .info,
                "listening",
                ["port": ports["SESSION_LISTEN"], "adminPort": ports["SESSION_ADMIN_LISTEN"]]
            )
        }
        let callers = CallerAuthenticator(provider: authenticator, roles: configuration.roles, keys: keys)
        let users = try usersApplication(store, callers, quiet, opening)
        let operators = operatorsApplication(store, quiet, opening)
        var group = ServiceGroupConfiguration(
            services: [
                Listener(application: operators, address: configuration.adminListen, variable: "SESSION_ADMIN_LISTEN"),
                Listener(application: users, address: configuration.listen, variable: "SESSION_LISTEN"),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = configuration.limits.drain
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await ServiceGroup(configuration: group).run())
        } catch {
            outcome = .failure(error)
        }
        await authenticator.shutdown()
        await store.close()
        await keys?.close()
        try outcome.get()
        log.record(.info, "stopped")
    }

    /// Logs a warning for settings that are allowed but unlikely to be meant.
    private func warn() {
        let keys = configuration.identityProvider.jwksURL
        if !keys.isSecure, !keys.isLoopback {
            log.record(
                .warning,
                "jwks_over_http",
                ["advice": "an attacker on the network can sign in as any user; use https"]
            )
        }
    }

    private func openStore() async throws -> any SessionStore {
        do throws(SessionStoreError) {
            return try await SessionStores.open(configuration.database, creating: configuration.createsTable)
        } catch {
            let advice = error.isMissingTable ? ", and so does SESSION_INIT_DB=true" : ""
            throw ConfigurationError(variable: "DATABASE_URL", description: "DATABASE_URL: \(error)\(advice).")
        }
    }

    /// The API keys of the same database; nil for one inside the process, which can have none.
    private func openKeys() async throws -> (any KeyStore)? {
        do throws(SessionStoreError) {
            return try await KeyStores.open(configuration.database, creating: false)
        } catch .missing {
            return nil
        } catch {
            throw ConfigurationError(variable: "DATABASE_URL", description: "DATABASE_URL: \(error).")
        }
    }

    private func usersApplication(
        _ store: any SessionStore,
        _ callers: CallerAuthenticator,
        _ logger: Logger,
        _ opening: OpenedListeners
    ) throws -> some ApplicationProtocol {
        Application(
            router: ServiceRouter.users(configuration, store, callers, metrics, log),
            server: try usersServer(),
            configuration: .listening(at: configuration.listen, connections: configuration.limits.connections),
            onServerRunning: { await opening.opened("SESSION_LISTEN", $0) },
            logger: logger
        )
    }

    private func operatorsApplication(
        _ store: any SessionStore,
        _ logger: Logger,
        _ opening: OpenedListeners
    ) -> some ApplicationProtocol {
        Application(
            router: ServiceRouter.operators(store, metrics, log),
            server: server(connections: Self.operatorConnections),
            configuration: .listening(at: configuration.adminListen, connections: Self.operatorConnections),
            onServerRunning: { await opening.opened("SESSION_ADMIN_LISTEN", $0) },
            logger: logger
        )
    }

    private func usersServer() throws -> HTTPServerBuilder {
        let plain = server(connections: configuration.limits.connections)
        return try configuration.tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain
    }

    private func server(connections: Int) -> HTTPServerBuilder {
        var limits = ConnectionLimits()
        limits.idle = TimeAmount(configuration.limits.idle)
        return ServiceChannel.builder(limits, connections: connections, metrics)
    }

    /// The most connections of the operators' listener. The users' connections do not count, so health checks always
    /// get in.
    private static let operatorConnections = 64
}

extension ApplicationConfiguration {
    /// A listener that accepts one connection beyond its limit, for which ``ConnectionRegistry`` closes another.
    fileprivate static func listening(at address: ListenAddress, connections: Int) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: address.bindAddress,
            availableConnectionsDelegate: MaximumAvailableConnections(connections + 1)
        )
    }
}

extension ListenAddress {
    /// The address in the server's form.
    fileprivate var bindAddress: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: Int(port))
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }
}
