import SessionStore
import Testing

@Suite struct DatabaseLocationTests {
    @Test(arguments: [
        ("sqlite:///sessions.db", "sessions.db"), ("sqlite:////var/lib/x.db", "/var/lib/x.db"),
        ("sqlite+aiosqlite:///./data/s.db", "./data/s.db"), ("sqlite+aiosqlite:////s.db?timeout=5", "/s.db"),
        ("sqlite:///:memory:", ":memory:"), ("sqlite+aiosqlite:///:memory:", ":memory:"),
    ])
    func aSQLiteURLIsRead(url: String, path: String) throws {
        #expect(try DatabaseLocation(url: url) == .sqlite(path: path))
    }

    @Test(arguments: [
        "", "sessions.db", "sqlite://", "sqlite:///", "mysql://h/d", "SQLITE:///x", "sqlite:///a\u{0}b",
    ])
    func otherURLsAreRefused(url: String) {
        #expect(throws: SessionStoreError.unsupportedURL) { try DatabaseLocation(url: url) }
    }

    @Test func theDefaultLocationDependsOnXDGDataHome() {
        #expect(DatabaseLocation.standard(dataHome: "/h") == .sqlite(path: "/h/cdp-proxy/cdp-proxy.sqlite3"))
        #expect(DatabaseLocation.standard(dataHome: nil) == .sqlite(path: "/var/lib/cdp-proxy/cdp-proxy.sqlite3"))
        #expect(DatabaseLocation.standard(dataHome: "rel") == .sqlite(path: "/var/lib/cdp-proxy/cdp-proxy.sqlite3"))
    }
}
