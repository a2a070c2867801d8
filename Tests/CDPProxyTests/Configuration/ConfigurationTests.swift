import ProxyCore
import SessionInjector
import SessionStore
import Settings
import Testing

@testable import CDPProxy

/// The least that makes a configuration, and `more`.
private func environment(_ more: [String: String] = [:]) -> Environment {
    let base = ["WALLCRAWLER_JWT_SIGNING_KEY": String(repeating: "k", count: 32)]
    return Environment(base.merging(more) { $1 })
}

private let base64Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
private let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing-AbCdEf"

@Suite struct ConfigurationTests {
    @Test func hasTheContractsDefaults() throws {
        let configuration = try Configuration(environment())
        #expect(configuration.listeners.listen.description == "0.0.0.0:9223")
        #expect(configuration.listeners.adminListen.description == "127.0.0.1:9224")
        #expect(configuration.listeners.chrome.description == "127.0.0.1:9222")
        #expect(configuration.listeners.root == .browser)
        #expect(configuration.listeners.publicURL == nil)
        #expect(configuration.listeners.allowedOrigins.isEmpty)
        #expect(configuration.listeners.trustedProxies.isEmpty)
        #expect(configuration.gate.sessionID == nil)
        #expect(configuration.gate.policy.tokenUse == .many)
        #expect(configuration.gate.policy.checksAddress)
        #expect(!configuration.gate.expiresConnections)
        #expect(configuration.secret.timeToLive == .seconds(300))
        #expect(configuration.secret.overlap == .seconds(3600))
        #expect(configuration.gate.refusals == 60)
        #expect(configuration.connections.limits.total == 4096)
        #expect(configuration.connections.limits.ofSession == nil)
        #expect(configuration.connections.limits.whenFull == .refuse)
        #expect(configuration.connections.ping == .seconds(30))
        #expect(configuration.connections.drain == .seconds(60))
        #expect(configuration.injection.time == .connect)
        #expect(configuration.injection.failure == .closed)
        #expect(configuration.log.format == .json)
        #expect(configuration.unknownNames.isEmpty)
    }

    @Test func readsEveryGroup() throws {
        let configuration = try Configuration(
            environment([
                "CDP_PROXY_LISTEN": "[::1]:0", "CDP_PROXY_ADMIN_LISTEN": "unix:/run/admin.sock",
                "CDP_PROXY_ADMIN_HOSTS": "proxy.internal, 10.0.0.5", "CDP_PROXY_CHROME": "localhost:9333",
                "CDP_PROXY_ROOT": "page", "CDP_PROXY_PUBLIC_URL": "wss://cdp.example.com/",
                "CDP_PROXY_ALLOWED_ORIGINS": "https://App.example.com:443,http://[::1]:8080",
                "CDP_PROXY_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8", "SESSION_ID": "sess_1",
                "CDP_PROXY_TOKEN_USE": "once", "CDP_PROXY_CHECK_IP": "0", "CDP_PROXY_EXPIRE_CONNECTIONS": "TRUE",
                "FLYBROWSER_ADMIN_TOKEN": "operator", "CDP_PROXY_PING": "0s", "CDP_PROXY_DRAIN": "1500ms",
                "CDP_PROXY_MAX_CONNECTIONS": "7", "CDP_PROXY_LOG": "text", "CDP_PROXY_LOG_LEVEL": "debug",
                "SESSION_ENCRYPTION_SECRET": base64Key, "DATABASE_URL": "sqlite:////tmp/sessions.db",
                "CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "u1", "CDP_PROXY_INJECT_FAILURE": "open",
            ])
        )
        #expect(configuration.listeners.listen == .tcp(host: "::1", port: 0))
        #expect(configuration.listeners.adminListen == .unix(path: "/run/admin.sock"))
        #expect(configuration.listeners.adminHosts == ["proxy.internal", "10.0.0.5"])
        #expect(configuration.listeners.chrome == .tcp(host: "127.0.0.1", port: 9333))
        #expect(configuration.listeners.publicURL?.isSecure == true)
        #expect(configuration.listeners.publicURL?.authority.description == "cdp.example.com")
        #expect(
            configuration.listeners.allowedOrigins.map(\.description) == [
                "https://app.example.com", "http://[::1]:8080",
            ]
        )
        #expect(configuration.listeners.trustedProxies.count == 2)
        #expect(configuration.gate.policy.tokenUse == .once)
        #expect(!configuration.gate.policy.checksAddress)
        #expect(configuration.gate.expiresConnections)
        #expect(configuration.gate.adminToken?.revealText() == "operator")
        #expect(configuration.connections.ping == nil)
        #expect(configuration.connections.drain == .milliseconds(1500))
        #expect(configuration.store.database == .sqlite(path: "/tmp/sessions.db"))
        #expect(configuration.store.keys != nil)
        #expect(configuration.injection.userID == "u1")
    }

    /// What no variable takes: a control character, and nothing that any of them could mean.
    @Test(arguments: Configuration.variables.all.map(\.name))
    func namesTheVariableThatIsWrongAndHidesItsValue(name: String) throws {
        var values = [
            "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": "plain-name", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "secret", "XDG_DATA_HOME": "/data",
        ]
        if name.hasPrefix("AWS_CONTAINER") || name.hasPrefix("AWS_EC2") {
            values["AWS_ACCESS_KEY_ID"] = nil
            values["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = name.hasPrefix("AWS_CONTAINER") ? "http://127.0.0.1/" : nil
        }
        values[name] = "hunter2\u{7}"
        let error = #expect(throws: ConfigurationError.self) { try Configuration(Environment(values)) }
        #expect(error?.variable == name)
        #expect(error?.description.hasPrefix("\(name) must be ") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("CDP_PROXY_LISTEN", "9223"), ("CDP_PROXY_LISTEN", "example.com:1"), ("CDP_PROXY_LISTEN", "0.0.0.0:65536"),
        ("CDP_PROXY_LISTEN", "::1:9223"), ("CDP_PROXY_LISTEN", "unix:relative"), ("CDP_PROXY_LISTEN", "1.2.3.4:+1"),
        ("CDP_PROXY_CHROME", "unix:/chrome"), ("CDP_PROXY_CHROME", "127.0.0.1:0"), ("CDP_PROXY_PING", "30"),
        ("CDP_PROXY_PING", "-1s"), ("CDP_PROXY_PING", "2h"), ("CDP_PROXY_PING", "1.5s"), ("CDP_PROXY_PING", "s"),
        ("CDP_PROXY_DRAIN", "99999999999999s"), ("CDP_PROXY_CHECK_IP", "yes"), ("CDP_PROXY_ALLOWED_ORIGINS", "*"),
        ("CDP_PROXY_ALLOWED_ORIGINS", "https://a.example/path"), ("CDP_PROXY_ALLOWED_ORIGINS", "https://a.example,"),
        ("CDP_PROXY_PUBLIC_URL", "cdp.example.com"), ("CDP_PROXY_PUBLIC_URL", "wss://u:p@cdp.example.com"),
        ("CDP_PROXY_PUBLIC_URL", "wss://cdp.example.com/path"), ("CDP_PROXY_MAX_CONNECTIONS", "0"),
        ("CDP_PROXY_MAX_CONNECTIONS", "+5"), ("CDP_PROXY_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("WALLCRAWLER_JWT_SIGNING_KEY", "short"), ("SESSION_ENCRYPTION_SECRET", "c2hvcnQ="),
        ("FLYBROWSER_ADMIN_TOKEN", "two words"), ("DATABASE_URL", "mysql://u:p@h/d"),
        ("CDP_PROXY_ADMIN_HOSTS", "a.example:80"), ("CDP_PROXY_REFUSALS", "-1"), ("CDP_PROXY_REFUSALS", "1000001"),
        ("CDP_PROXY_MAX_CONNECTIONS_PER_SESSION", "0"), ("CDP_PROXY_MAX_CONNECTIONS_PER_USER", "none"),
        ("CDP_PROXY_MAX_CONNECTIONS_PER_ADDRESS", "1000001"), ("CDP_PROXY_FULL", "replace"),
    ])
    func refuses(name: String, value: String) {
        let error = #expect(throws: ConfigurationError.self) { try Configuration(environment([name: value])) }
        #expect(error?.variable == name)
    }

    @Test(arguments: [
        (["WALLCRAWLER_JWT_SIGNING_KEY": ""], "WALLCRAWLER_JWT_SIGNING_KEY"),
        (["SESSION_ENCRYPTION_SECRET": base64Key, "SESSION_USER_KEY": base64Key], "SESSION_USER_KEY"),
        (["CDP_PROXY_INJECT": "start"], "CDP_PROXY_USER_ID"),
        (["CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "u"], "CDP_PROXY_BROWSER_SESSION"),
    ])
    func wantsWhatBelongsTogether(values: [String: String], variable: String) {
        let error = #expect(throws: ConfigurationError.self) { try Configuration(environment(values)) }
        #expect(error?.variable == variable)
    }

    @Test func pointsOutNamesItDoesNotKnow() throws {
        let configuration = try Configuration(environment(["CDP_PROXY_LISEN": "x", "CDP_PROXY_A": "", "OTHER": "y"]))
        #expect(configuration.unknownNames == ["CDP_PROXY_A", "CDP_PROXY_LISEN"])
    }

    @Test func printsNoSecret() throws {
        let secrets = ["signing-key-that-nobody-may-read-1", "operators-own-token", base64Key]
        let configuration = try Configuration(
            Environment([
                "WALLCRAWLER_JWT_SIGNING_KEY": secrets[0], "FLYBROWSER_ADMIN_TOKEN": secrets[1],
                "SESSION_USER_KEY": secrets[2],
            ])
        )
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [dumped, "\(configuration)", String(reflecting: configuration)] {
            #expect(secrets.allSatisfy { !text.contains($0) })
        }
        #expect(dumped.contains("redacted"))
    }
}

@Suite struct AWSSettingsTests {
    private func location(_ values: [String: String], id: String = arn) throws -> SecretLocation {
        let base = ["WALLCRAWLER_JWT_SIGNING_SECRET_ARN": id, "AWS_EC2_METADATA_DISABLED": "true"]
        let settings = try SecretSettings(Environment(base.merging(values) { $1 }))
        guard case .secretsManager(let location) = settings.origin else {
            throw ConfigurationError(variable: "", description: "a fixed key")
        }
        return location
    }

    private let key = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]

    @Test func takesTheRegionOfTheARN() throws {
        let location = try location(key.merging(["AWS_REGION": "us-east-1"]) { $1 })
        #expect(location.region == "eu-west-1")
        #expect(location.endpoint.text == "https://secretsmanager.eu-west-1.amazonaws.com/")
    }

    @Test func takesTheRegionOfTheEnvironmentForAName() throws {
        let values = key.merging(["AWS_REGION": "cn-north-1", "AWS_DEFAULT_REGION": "us-east-1"]) { $1 }
        #expect(try location(values, id: "name").endpoint.text == "https://secretsmanager.cn-north-1.amazonaws.com.cn/")
        let fallback = key.merging(["AWS_DEFAULT_REGION": "us-east-1"]) { $1 }
        #expect(try location(fallback, id: "name").region == "us-east-1")
        let error = #expect(throws: ConfigurationError.self) { try location(key, id: "name") }
        #expect(error?.variable == "AWS_REGION")
    }

    @Test func takesTheServicesOwnEndpointFirst() throws {
        let values = key.merging([
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:2",
        ]) { $1 }
        #expect(try location(values).endpoint.text == "http://127.0.0.1:2/")
    }

    @Test func followsTheChainsOrder() throws {
        let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/id", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"]
        guard case .fixed = try location(key.merging(container) { $1 }).credentials else {
            Issue.record("the environment comes first")
            return
        }
        guard case .container(let endpoint) = try location(container).credentials else {
            Issue.record("then the container")
            return
        }
        #expect(endpoint.url.text == "http://169.254.170.2/v2/id")
        guard case .instanceMetadata(let url) = try location(["AWS_EC2_METADATA_DISABLED": "false"]).credentials else {
            Issue.record("then the instance")
            return
        }
        #expect(url.text == "http://169.254.169.254/")
        #expect(throws: ConfigurationError.self) { try location([:]) }
        #expect(throws: ConfigurationError.self) { try location(["AWS_ACCESS_KEY_ID": "AKID"]) }
    }
}

@Suite struct VariableTableTests {
    @Test(arguments: [
        "CDP_PROXY_LISTEN", "CDP_PROXY_ADMIN_LISTEN", "CDP_PROXY_CHROME", "CDP_PROXY_ROOT", "CDP_PROXY_PUBLIC_URL",
        "CDP_PROXY_ALLOWED_ORIGINS", "CDP_PROXY_TRUSTED_PROXIES", "SESSION_ID", "CDP_PROXY_TOKEN_USE",
        "CDP_PROXY_CHECK_IP", "CDP_PROXY_EXPIRE_CONNECTIONS", "FLYBROWSER_ADMIN_TOKEN", "WALLCRAWLER_JWT_SIGNING_KEY",
        "WALLCRAWLER_JWT_SIGNING_SECRET_ARN", "CDP_PROXY_SECRET_TTL", "CDP_PROXY_SECRET_OVERLAP", "AWS_REGION",
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "CDP_PROXY_PING",
        "CDP_PROXY_DRAIN", "CDP_PROXY_LOG", "DATABASE_URL", "SESSION_ENCRYPTION_SECRET", "SESSION_USER_KEY",
        "CDP_PROXY_INJECT", "CDP_PROXY_INJECT_FAILURE", "CDP_PROXY_BROWSER_SESSION", "CDP_PROXY_USER_ID",
        "CDP_PROXY_INJECT_DEADLINE", "CDP_PROXY_INJECT_DEADLINE_PER_ORIGIN",
    ])
    func listsTheContractsVariables(name: String) {
        #expect(Configuration.variables.names.contains(name))
        #expect(Configuration.variables.helpText.contains("  \(name)"))
    }

    @Test func listsEachOnce() {
        #expect(Configuration.variables.names.count == Configuration.variables.all.count)
    }
}
