import ProxyCore
import SessionStore
import Settings
import Testing

@testable import SessionService

private typealias Environment = Settings.Environment

private let base = ["SESSION_ENCRYPTION_SECRET": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]

@Suite struct ServiceConfigurationTests {
    @Test func defaultsAreThoseOfThePythonService() throws {
        let configuration = try ServiceConfiguration(Environment(base))
        #expect(configuration.listen == .tcp(host: "127.0.0.1", port: 8000))
        #expect(configuration.adminListen == .tcp(host: "127.0.0.1", port: 8001))
        #expect(configuration.tls == nil)
        #expect(configuration.crossOriginPolicy != nil)
        #expect(!configuration.createsTable)
        #expect(configuration.identityProvider.jwksURL.text == "https://idp.chutes.ai/.well-known/jwks.json")
        #expect(configuration.identityProvider.issuer == "https://idp.chutes.ai")
        #expect(configuration.identityProvider.audience == "janus")
        #expect(configuration.limits.rate == 60)
        #expect(configuration.limits.window == .seconds(60))
        #expect(configuration.limits.stateSize == 1_048_576)
        #expect(configuration.limits.sessions == 100)
        #expect(configuration.limits.idle == .seconds(75))
        #expect(configuration.logLevel == .info)
    }

    @Test func everyVariableIsRead() throws {
        let configuration = try ServiceConfiguration(
            Environment(
                base.merging([
                    "SESSION_LISTEN": "0.0.0.0:80", "SESSION_ADMIN_LISTEN": "unix:/run/s",
                    "SESSION_ALLOWED_ORIGINS": "none",
                    "DATABASE_URL": "sqlite+aiosqlite:///./sessions.db", "SESSION_INIT_DB": "True",
                    "CHUTES_IDP_JWKS_URL": "http://127.0.0.1:9/keys", "CHUTES_IDP_ISSUER": "i",
                    "CHUTES_IDP_AUDIENCE": "a",
                    "SESSION_JWKS_TTL": "1m", "SESSION_RATE_LIMIT_PER_MINUTE": "5",
                    "SESSION_RATE_LIMIT_WINDOW_SECONDS": "10", "SESSION_MAX_STORAGE_STATE_BYTES": "2048",
                    "SESSION_MAX_PER_USER": "3", "SESSION_IDLE_TIMEOUT": "2m",
                    "SESSION_MAX_CONNECTIONS": "9", "SESSION_DRAIN": "5s", "SESSION_LOG_LEVEL": "WARNING",
                ]) { $1 }
            )
        )
        #expect(configuration.listen == .tcp(host: "0.0.0.0", port: 80))
        #expect(configuration.adminListen == .unix(path: "/run/s"))
        #expect(configuration.crossOriginPolicy == nil)
        #expect(configuration.database == .sqlite(path: "./sessions.db"))
        #expect(configuration.createsTable)
        #expect(configuration.identityProvider.timeToLive == 60)
        #expect(configuration.identityProvider.jwksURL.text == "http://127.0.0.1:9/keys")
        #expect(configuration.limits.rate == 5)
        #expect(configuration.limits.window == .seconds(10))
        #expect(configuration.limits.stateSize == 2048)
        #expect(configuration.limits.connections == 9)
        #expect(configuration.limits.sessions == 3)
        #expect(configuration.limits.idle == .seconds(120))
        #expect(configuration.limits.drain == .seconds(5))
        #expect(configuration.logLevel == .warning)
    }

    @Test(arguments: [
        ("true", true), ("TRUE", true), ("1", true), ("yes", true), ("Y", true), ("on", true), ("t", true),
        ("false", false), ("0", false), ("no", false), ("n", false), ("off", false), ("F", false),
    ])
    func switchesAreReadAsInPython(_ text: String, _ value: Bool) throws {
        let configuration = try ServiceConfiguration(Environment(base.merging(["SESSION_INIT_DB": text]) { $1 }))
        #expect(configuration.createsTable == value)
    }

    @Test(arguments: [
        ("SESSION_LISTEN", "example.com:80"), ("SESSION_ADMIN_LISTEN", "1"), ("SESSION_TLS_CERT", "/nowhere"),
        ("SESSION_TLS_KEY", "/nowhere"), ("SESSION_ALLOWED_ORIGINS", "shop.example"),
        ("DATABASE_URL", "mysql://u:pw@h/d"),
        ("SESSION_ENCRYPTION_SECRET", "short"), ("SESSION_INIT_DB", "maybe"), ("CHUTES_IDP_JWKS_URL", "ftp://h/"),
        ("CHUTES_IDP_ISSUER", "a\nb"), ("CHUTES_IDP_AUDIENCE", "a\u{7f}"), ("SESSION_JWKS_TTL", "77"),
        ("SESSION_RATE_LIMIT_PER_MINUTE", "-77"), ("SESSION_RATE_LIMIT_WINDOW_SECONDS", "-1"),
        ("SESSION_MAX_STORAGE_STATE_BYTES", "1MB"), ("SESSION_MAX_CONNECTIONS", "77x"), ("SESSION_DRAIN", "77h"),
        ("SESSION_LOG_LEVEL", "loud"), ("SESSION_MAX_PER_USER", "-77"), ("SESSION_IDLE_TIMEOUT", "77"),
    ])
    func aWrongValueIsNamedByItsVariableAndNotShown(_ name: String, _ value: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try ServiceConfiguration(Environment(base.merging([name: value]) { $1 }))
        }
        #expect(error?.variable == name)
        #expect(error?.description.hasPrefix(name) == true)
        #expect(error?.description.contains(value) == false)
    }

    @Test(arguments: [
        ("SESSION_MAX_PER_USER", "0"), ("SESSION_IDLE_TIMEOUT", "999ms"), ("SESSION_IDLE_TIMEOUT", "61m"),
    ])
    func aValueBeyondTheBoundsIsNamed(_ name: String, _ value: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try ServiceConfiguration(Environment(base.merging([name: value]) { $1 }))
        }
        #expect(error?.variable == name)
    }

    @Test func theSecretIsRequired() {
        let error = #expect(throws: ConfigurationError.self) { try ServiceConfiguration(Environment([:])) }
        #expect(error?.variable == "SESSION_ENCRYPTION_SECRET")
    }

    @Test func oneUsersKeyIsNotEnough() {
        let values = ["SESSION_USER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
        let error = #expect(throws: ConfigurationError.self) { try ServiceConfiguration(Environment(values)) }
        #expect(error?.variable == "SESSION_ENCRYPTION_SECRET")
    }

    @Test func everyVariableIsListedOnce() {
        let table = ServiceConfiguration.variables
        #expect(table.names.count == table.all.count)
        for name in table.names { #expect(table.helpText.contains("  \(name)")) }
    }
}
