import HTTPTypes
import Hummingbird
import NIOSSL
import ProxyCore
import SessionInjector
import SessionStore
import Settings

/// Everything the service is told by its environment, read and checked once.
struct ServiceConfiguration: Sendable {
    /// Where users connect.
    let listen: ListenAddress
    /// Where operators look.
    let adminListen: ListenAddress
    /// The certificate and key of the users' listener; nil for plain HTTP.
    let tls: TLSConfiguration?
    /// What web pages of other origins may do; nil for nothing.
    let crossOriginPolicy: CORSMiddleware<ServiceRequestContext>?
    /// Where sessions are kept.
    let database: DatabaseLocation
    /// Whether a missing database or table is made.
    let createsTable: Bool
    /// What they are sealed under.
    let secret: MasterSecret
    /// Whose tokens are taken.
    let identityProvider: IdentityProviderSettings
    /// What one user, and all of them, may take.
    let limits: ServiceLimits
    /// The least level that is logged.
    let logLevel: LogLevel

    /// Reads everything; the first variable that is wrong is named by the error.
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
        limits = try ServiceLimits(environment)
        logLevel = try environment.value(Self.logLevelVariable)
    }

    /// Every variable the service reads, for `--help` and the documentation.
    static let variables = VariableTable([
        [listenVariable, adminListenVariable].map(\.description) + ServiceTLS.variables + [originsVariable.description],
        StoreSettings.serviceVariables + [createsTableVariable.description],
        IdentityProviderSettings.variables, ServiceLimits.variables, [logLevelVariable.description],
    ])

    private static let listenVariable = Variable(
        "SESSION_LISTEN",
        in: .listeners,
        standard: "127.0.0.1:8000",
        expected: "HOST:PORT with a numeric host, or unix:/path",
        help: "Where users connect.",
        parse: { ListenAddress($0) }
    )
    private static let adminListenVariable = Variable(
        "SESSION_ADMIN_LISTEN",
        in: .listeners,
        standard: "127.0.0.1:8001",
        expected: "HOST:PORT with a numeric host, or unix:/path",
        help: "Where operators look: /health, /ready and /metrics.",
        parse: { ListenAddress($0) }
    )
    private static let originsVariable = Variable(
        "SESSION_ALLOWED_ORIGINS",
        in: .listeners,
        standard: "*",
        expected: "*, none, or one origin such as https://app.example.com",
        help: "Whose web pages may call the service (CORS). Every call needs a token all the same.",
        parse: { CrossOrigin($0) }
    )
    private static let createsTableVariable = Variable(
        "SESSION_INIT_DB",
        in: .sessions,
        standard: "false",
        expected: "true or false",
        help: "Whether the database's table is made at the start when it is not there.",
        parse: { VariableParsing.isTrue($0) }
    )
    private static let logLevelVariable = Variable(
        "SESSION_LOG_LEVEL",
        in: .logs,
        standard: "INFO",
        expected: "DEBUG, INFO, WARNING or ERROR",
        help: "The least level that is logged.",
        parse: { LogLevel(pythonName: $0) }
    )
}

/// Whose web pages may call the service.
private enum CrossOrigin {
    case nobody
    case everybody
    case one(String)

    init?(_ text: String) {
        switch text {
        case "*": self = .everybody
        case "none": self = .nobody
        default:
            guard let url = EndpointURL(text), url.path == "/", !text.hasSuffix("/") else { return nil }
            self = .one(text)
        }
    }

    /// The middleware that says so to browsers. No credentials: there are no cookies here, and a token is sent by hand.
    var policy: CORSMiddleware<ServiceRequestContext>? {
        switch self {
        case .nobody: nil
        case .everybody: Self.middleware(.all)
        case .one(let origin): Self.middleware(.oneOf(origin))
        }
    }

    private static func middleware(
        _ origin: CORSMiddleware<ServiceRequestContext>.AllowOriginExtended
    ) -> CORSMiddleware<ServiceRequestContext> {
        CORSMiddleware(
            allowOrigin: origin,
            allowHeaders: [.accept, .authorization, .contentType],
            allowMethods: [.get, .head, .post, .put, .delete, .options],
            exposedHeaders: ["X-Request-Id", "Retry-After"],
            maxAge: .seconds(600)
        )
    }
}

extension LogLevel {
    /// Reads a level by the name Python's logging gives it, in any case.
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
