import ProxyCore
import Settings

/// The endpoint that a WebSocket on `/` reaches.
enum RootTarget: String, CaseIterable, Sendable {
    /// Chrome's browser endpoint.
    case browser
    /// Its first page.
    case page
}

/// Where clients, operators and Chrome are.
struct ListenSettings: Sendable {
    /// Where clients connect.
    let listen: ListenAddress
    /// Where operators connect.
    let adminListen: ListenAddress
    /// What the clients' listener speaks TLS with; nil for plain TCP.
    let tls: TLSSettings?
    /// The same of the admin listener.
    let adminTLS: TLSSettings?
    /// Hosts, besides loopback and the address itself, that a request to the admin listener may name.
    let adminHosts: [String]
    /// Where Chrome's DevTools port is.
    let chrome: ListenAddress
    /// What an upgrade on `/` goes to.
    let root: RootTarget
    /// Where clients find the proxy, when that is not what their `Host` says.
    let publicURL: PublicURL?
    /// Web origins that may connect.
    let allowedOrigins: [WebOrigin]
    /// The proxies in front whose `X-Forwarded-…` is believed.
    let trustedProxies: [CIDR]

    /// How long the process that takes this one's place may take to do so.
    let handoverDeadline: Duration
    /// The sockets that were opened for the proxy, in place of opening them at these addresses.
    let passed: PassedSockets

    /// Reads the settings. The address of a socket that was passed takes the place of the one in the environment.
    init(_ environment: Environment, _ passed: PassedSockets = PassedSockets()) throws(ConfigurationError) {
        self.passed = passed
        let own = try (environment.value(Self.listenVariable), environment.value(Self.adminListenVariable))
        listen = passed.clients?.address ?? own.0
        adminListen = passed.operators?.address ?? own.1
        handoverDeadline = try environment.value(Self.handoverDeadlineVariable)
        tls = try TLSSettings(environment, .clients)
        adminTLS = try TLSSettings(environment, .operators)
        adminHosts = try environment.optional(Self.adminHostsVariable) ?? []
        chrome = try environment.value(Self.chromeVariable)
        root = try environment.value(Self.rootVariable)
        publicURL = try environment.optional(Self.publicURLVariable)
        allowedOrigins = try environment.optional(Self.allowedOriginsVariable) ?? []
        trustedProxies = try environment.optional(Self.trustedProxiesVariable) ?? []
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] =
        [listenVariable.description] + TLSVariables.clients.descriptions + [adminListenVariable.description]
        + TLSVariables.operators.descriptions
        + [
            adminHostsVariable.description, chromeVariable.description, rootVariable.description,
            publicURLVariable.description, allowedOriginsVariable.description, trustedProxiesVariable.description,
            handoverDeadlineVariable.description,
        ]

    private static let listenVariable = Variable(
        "CDP_PROXY_LISTEN",
        in: .listeners,
        standard: "0.0.0.0:9223",
        expected: "an IP address and a port such as 0.0.0.0:9223 or [::]:9223, or unix:/path",
        help: "Where automation clients connect.",
        parse: { ListenAddress($0) }
    )
    private static let adminListenVariable = Variable(
        "CDP_PROXY_ADMIN_LISTEN",
        in: .listeners,
        standard: "127.0.0.1:9224",
        expected: "an IP address and a port such as 127.0.0.1:9224, or unix:/path",
        help: "Where operators ask for health, metrics and connections.",
        parse: { ListenAddress($0) }
    )
    private static let adminHostsVariable = Variable<[String]>(
        "CDP_PROXY_ADMIN_HOSTS",
        in: .listeners,
        expected: "host names or addresses without ports, separated by commas",
        help: "Hosts that a request to the admin listener may name, besides loopback and its own address.",
        parse: { text in
            VariableParsing.list(text) { item in
                Authority(item).flatMap { $0.port == nil ? $0.bareHost.lowercased() : nil }
            }
        }
    )
    private static let chromeVariable = Variable<ListenAddress>(
        "CDP_PROXY_CHROME",
        in: .listeners,
        standard: "127.0.0.1:9222",
        expected: "an IP address and a port such as 127.0.0.1:9222",
        help: "Chrome's DevTools address.",
        parse: { text in
            guard let address = ListenAddress(text), case .tcp(_, let port) = address, port > 0 else { return nil }
            return address
        }
    )
    private static let rootVariable = Variable(
        "CDP_PROXY_ROOT",
        in: .listeners,
        standard: "browser",
        expected: "browser or page",
        help: "What a WebSocket on / reaches: the browser, or its first page.",
        parse: { RootTarget(rawValue: $0) }
    )
    private static let publicURLVariable = Variable(
        "CDP_PROXY_PUBLIC_URL",
        in: .listeners,
        expected: "ws://HOST[:PORT] or wss://HOST[:PORT], without a path",
        help: "Where clients find the proxy, when that is not what their Host header says.",
        parse: { PublicURL($0) }
    )
    private static let allowedOriginsVariable = Variable(
        "CDP_PROXY_ALLOWED_ORIGINS",
        in: .listeners,
        expected: "origins such as https://app.example.com or chrome-extension://ID, separated by commas",
        help: "Origins of pages and extensions that may connect; by default none, since tokens belong on servers.",
        parse: { VariableParsing.list($0) { WebOrigin(header: $0) } }
    )
    private static let handoverDeadlineVariable = Variable(
        "CDP_PROXY_HANDOVER_DEADLINE",
        in: .listeners,
        standard: "30s",
        expected: "a duration from 1s to 1h, such as 30s",
        help: "How long the process that SIGUSR2 starts may take to take over; then this one goes on.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(3600)) }
    )
    private static let trustedProxiesVariable = Variable(
        "CDP_PROXY_TRUSTED_PROXIES",
        in: .listeners,
        expected: "addresses or blocks such as 10.0.0.0/8, separated by commas",
        help: "The proxies in front whose X-Forwarded-For, -Proto and -Host are believed.",
        parse: { VariableParsing.list($0) { CIDR($0) } }
    )
}
