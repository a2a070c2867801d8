import Testing

@testable import SessionService

@Suite struct KnownPathsTests {
    @Test(arguments: [
        ("/sessions", "GET, HEAD, POST"), ("/sessions/", "GET, HEAD, POST"), ("/sessions/x", "GET, HEAD, PUT, DELETE"),
        ("/sessions/by-name", "GET, HEAD, PUT, DELETE"), ("/sessions/by-name/x", "GET, HEAD"),
        ("/sessions/x/state", "GET, HEAD"), ("/health", "GET, HEAD"), ("/openapi.json", "GET, HEAD"),
    ])
    func aKnownPathNamesItsMethods(_ path: String, _ allow: String) {
        #expect(KnownPaths.users.allow(at: path) == allow)
    }

    @Test(arguments: ["/", "", "/metrics", "/sessions/x/states", "/sessions/x/state/y", "/Sessions"])
    func anUnknownPathHasNoMethods(_ path: String) {
        #expect(KnownPaths.users.allow(at: path) == nil)
    }

    @Test func onlyOperatorsHaveMetrics() {
        #expect(KnownPaths.operators.allow(at: "/metrics") == "GET, HEAD")
        #expect(KnownPaths.operators.allow(at: "/sessions") == nil)
    }
}
