import HTTPTypes
import Hummingbird
import NIOSSL
import ProxyCore
import SessionInjector
import SessionStore
import Settings

/// The service's configuration, read from its environment and checked once.
struct ServiceConfiguration: Sendable {
    /// The address users connect to.
    let listen: ListenAddress
    /// The address operators connect to.
    let adminListen: ListenAddress
    /// The certificate and key of the users' listener; nil for plain HTTP.
    let tls: TLSConfiguration?
    /// The access of web pages from other origins; nil for none.
    let crossOriginPolicy: CORSMiddleware<ServiceRequestContext>?
    /// The database of sessions.
    let database: DatabaseLocation
    /// Whether to make a missing database or table.
    let createsTable: Bool
    /// The secret that sessions are sealed under.
    let secret: MasterSecret
    /// The identity provider whose tokens the service accepts.
    let identityProvider: IdentityProviderSettings
    /// Which credentials with roles the service accepts beside them.
    let roles: RoleSettings
    /// The limits for each user and for all users together.
    let limits: ServiceLimits
    /// The lowest level to log.
    let logLevel: LogLevel

    /// Reads all variables. The error names the first faulty one.
    init(_ environment: Settings.Environment) throws(ConfigurationError) {
        listen = try environment.value(Self.listenVariable)
        adminListen = try environment.value(Self.adminListenVariable)
        tls = try ServiceTLS.read(environment)
        crossOriginPolicy = try environment.value(Self.originsVariable).policy
        let store = try StoreSettings(environment)
        guard case .master(let secret)? = store.keys else { throw StoreSettings.missingSecret }
        self.secret = secret
        database = store.database
        createsTable = try environment.value(Self.createsTableVariable)
        identityProvider = try IdentityProviderSettings(environment)
        roles = try RoleSettings(environment)
        limits = try ServiceLimits(environment)
        logLevel = try environment.value(Self.logLevelVariable)
    }

    /// The variables of the service, for `--help`.
    static let variables = VariableTable([
        [listenVariable, adminListenVariable].map(\.description) + ServiceTLS.variables + [originsVariable.description],
        StoreSettings.serviceVariables + [createsTableVariable.description],
        IdentityProviderSettings.variables, RoleSettings.variables, ServiceLimits.variables,
        [logLevelVariable.description],
    ])

    private static let listenVariable = Variable(
        "SESSION_LISTEN",
        in: .listeners,
        standard: "127.0.0.1:8000",
        expected: "HOST:PORT with a numeric host, or unix:/path",
        help: "The address users connect to.",
        parse: { ListenAddress($0) }
    )
    private static let adminListenVariable = Variable(
        "SESSION_ADMIN_LISTEN",
        in: .listeners,
        standard: "127.0.0.1:8001",
        expected: "HOST:PORT with a numeric host, or unix:/path",
        help: "The address operators connect to, for /health, /ready and /metrics.",
        parse: { ListenAddress($0) }
    )
    private static let originsVariable = Variable(
        "SESSION_ALLOWED_ORIGINS",
        in: .listeners,
        standard: "*",
        expected: "*, none, or one origin such as https://app.example.com",
        help: "The origins whose web pages may call the service (CORS). Every call still needs a token.",
        parse: { CrossOrigin($0) }
    )
    private static let createsTableVariable = Variable(
        "SESSION_INIT_DB",
        in: .sessions,
        standard: "false",
        expected: "true or false",
        help: "Whether to make a missing database and table at the start.",
        parse: { VariableParsing.isTrue($0) }
    )
    private static let logLevelVariable = Variable(
        "SESSION_LOG_LEVEL",
        in: .logs,
        standard: "INFO",
        expected: "DEBUG, INFO, WARNING or ERROR",
        help: "The lowest level that is logged.",
        parse: { LogLevel(pythonName: $0) }
    )
}

/// The origins whose web pages may call the service.
private enum CrossOrigin {
    case noOrigin
    case everyOrigin
    case oneOrigin(String)

    init?(_ text: String) {
        switch text {
        case "*": self = .everyOrigin
        case "none": self = .noOrigin
        default:
            guard let url = EndpointURL(text), url.path == "/", !text.hasSuffix("/") else { return nil }
            self = .oneOrigin(text)
        }
    }

    /// The CORS middleware. It allows no credentials: the service uses no cookies, and a page sends its token itself.
    var policy: CORSMiddleware<ServiceRequestContext>? {
        switch self {
        case .noOrigin: nil
        case .everyOrigin: Self.middleware(.all)
        case .oneOrigin(let origin): Self.middleware(.oneOf(origin))
        }
    }

    private static func middleware(
        _ origin: CORSMiddleware<ServiceRequestContext>.AllowOriginExtended
    ) -> CORSMiddleware<ServiceRequestContext> {
        CORSMiddleware(
            allowOrigin: origin,
            allowHeaders: [.accept, .authorization, .contentType, .apiKey],
            allowMethods: [.get, .head, .post, .put, .delete, .options],
            exposedHeaders: ["X-Request-Id", "Retry-After"],
            maxAge: .seconds(600)
        )
    }
}

extension LogLevel {
    /// Reads a level by its name in Python's logging, in any case.
    fileprivate init?(pythonName: String) {
        switch pythonName.lowercased() {
        case "debug", "notset": self = .debug
        case "info": self = .info
        case "warning", "warn": self = .warning
        case "error", "critical", "fatal": self = .error
        default: return nil
        }
    }
}
