import Glibc
import ProxyCore
import SessionStore
import Settings
import TestSupport
import Testing

@testable import CDPProxy

/// What keeps the server from starting is one sentence that names the variable to change.
@Suite struct StartErrorTests {
    /// What starting says, nil when it started.
    private static func failure(_ environment: [String: String]) async throws -> String? {
        let standard = [
            "CDP_PROXY_LISTEN": "127.0.0.1:0", "CDP_PROXY_ADMIN_LISTEN": "127.0.0.1:0",
            "CDP_PROXY_CHROME": "127.0.0.1:9", "WALLCRAWLER_JWT_SIGNING_KEY": Tokens.secret,
            "XDG_DATA_HOME": "/nonexistent",
        ]
        return try await TestSupport.onLoop { loop in
            do {
                let configuration = try Configuration(Environment(standard.merging(environment) { $1 }))
                let server = try ProxyServer(configuration, on: loop, writeLog: { _ in true })
                // A server that does start would run for ever.
                Task(executorPreference: loop) { await server.stop() }
                try await server.run()
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    @Test func withoutTroubleItStarts() async throws {
        #expect(try await Self.failure([:]) == nil)
    }

    @Test(arguments: ["CDP_PROXY_LISTEN", "CDP_PROXY_ADMIN_LISTEN"])
    func aPortInUseIsNamed(_ variable: String) async throws {
        let taken = ScriptedHTTPServer { _, _ in .hang }
        defer { taken.stop() }
        let failure = try #require(try await Self.failure([variable: "127.0.0.1:\(taken.port)"]))
        #expect(failure.hasPrefix("\(variable): cannot listen at 127.0.0.1:\(taken.port): "))
        #expect(failure.hasSuffix("."))
        #expect(!failure.contains("\n"))
    }

    @Test func aMissingDatabaseIsNamed() async throws {
        let failure = try await Self.failure(Self.withSecret("sqlite:////nonexistent/sessions.sqlite3"))
        #expect(
            failure == "DATABASE_URL: no session database at /nonexistent/sessions.sqlite3; "
                + "`cdp-proxy session import` creates it."
        )
    }

    @Test func theStandardDatabaseMayBeMissingWhenNobodyNeedsIt() async throws {
        #expect(try await Self.failure(["CDP_PROXY_BROWSER_SESSION": "s"])?.hasPrefix("DATABASE_URL: ") == true)
        #expect(try await Self.failure(["CDP_PROXY_BROWSER_SESSION": "s", "CDP_PROXY_INJECT": "off"]) == nil)
    }

    @Test func aDamagedDatabaseIsNamed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("sessions.sqlite3")
        try folder.write("sessions.sqlite3", [UInt8](repeating: 0x41, count: 8192))
        let failure = try await Self.failure(Self.withSecret("sqlite:///\(path)"))
        #expect(failure == "DATABASE_URL: the session database \(path) is damaged or not a SQLite file.")
    }

    @Test func aServerThatIsDownIsWaitedForByNobody() async throws {
        #expect(try await Self.failure(Self.withSecret("postgresql://u:hunter2@127.0.0.1:1/d")) == nil)
    }

    private static func withSecret(_ database: String) -> [String: String] {
        ["DATABASE_URL": database, "SESSION_ENCRYPTION_SECRET": StoredRows.secret]
    }

    @Test func aDatabaseOfAPIKeysNeedsNoSecret() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("sessions.sqlite3")
        let environment = ["DATABASE_URL": "sqlite:///\(path)"]
        await (try await SessionStores.open(.sqlite(path: path), creating: true)).close()
        #expect(try await Self.failure(environment)?.hasPrefix("SESSION_ENCRYPTION_SECRET is not set") == true)
        await (try await KeyStores.open(.sqlite(path: path), creating: true)).close()
        #expect(try await Self.failure(environment) == nil)
        let start = try await Self.failure(environment.merging(["CDP_PROXY_INJECT": "start"]) { $1 })
        #expect(start != nil)
    }

    @Test func aNamedDatabaseNeedsAKey() async throws {
        let folder = try TemporaryFolder()
        for database in ["sqlite:///\(folder.path("sessions.sqlite3"))", "postgresql://u:hunter2@127.0.0.1:1/d"] {
            let failure = try await Self.failure(["DATABASE_URL": database])
            #expect(failure?.hasPrefix("SESSION_ENCRYPTION_SECRET is not set, and DATABASE_URL is set") == true)
            #expect(try await Self.failure(["DATABASE_URL": database, "CDP_PROXY_INJECT": "off"]) == nil)
        }
    }

    @Test func theStandardDatabaseWithoutAKeyIsAWarning() async throws {
        let rows = try await StoredRows(below: "cdp-proxy/cdp-proxy.sqlite3")
        try await withProxy(["XDG_DATA_HOME": rows.folder.path(".")]) { proxy in
            #expect(proxy.log.lines("session_secret_missing").count == 1)
        }
    }

    @Test func aStateFileThatWillNotDoIsNamed() async throws {
        let folder = try TemporaryFolder()
        let missing = try await Self.failure(["CDP_PROXY_STATE": "/nonexistent/state"])
        #expect(missing == "CDP_PROXY_STATE: /nonexistent/state cannot be opened: No such file or directory.")
        try folder.write("state", [UInt8](repeating: 0x41, count: 8192))
        let path = folder.path("state")
        let damaged = try await Self.failure(["CDP_PROXY_STATE": path])
        let advice = "remove it, and restart Chrome"
        #expect(damaged == "CDP_PROXY_STATE: \(path) is damaged or not a state file; \(advice).")
    }

    @Test func injectionAtStartNeedsAKey() async throws {
        let failure = try await Self.failure([
            "CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "u", "CDP_PROXY_BROWSER_SESSION": "s",
        ])
        #expect(failure?.hasPrefix("SESSION_ENCRYPTION_SECRET is not set, and CDP_PROXY_INJECT is start") == true)
    }

    @Test func aFileInPlaceOfASocketIsLeftAlone() async throws {
        let folder = try TemporaryFolder()
        try folder.write("file", Array("precious".utf8))
        let path = folder.path("file")
        let failure = try await Self.failure(["CDP_PROXY_ADMIN_LISTEN": "unix:\(path)"])
        #expect(failure?.hasPrefix("CDP_PROXY_ADMIN_LISTEN: cannot listen at unix:\(path): ") == true)
        #expect(unsafe access(path, F_OK) == 0)
    }
}
