import ProxyCore
import SessionInjector
import SessionStore
import Settings
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct StoredSessionResolverTests {
    /// A store that fails.
    private struct FailingStore: SessionStore {
        let error: SessionStoreError
        var found: SessionMetadata?

        func list(userID: String?) throws(SessionStoreError) -> [SessionMetadata] { throw error }
        func metadata(id: String) throws(SessionStoreError) -> SessionMetadata? {
            guard let found else { throw error }
            return found
        }
        func metadata(userID: String, name: String) throws(SessionStoreError) -> SessionMetadata? { throw error }
        func row(id: String) throws(SessionStoreError) -> SessionRow? { throw error }
        func row(userID: String, name: String) throws(SessionStoreError) -> SessionRow? { throw error }
        func insert(_ row: SessionRow, limit: Int?) throws(SessionStoreError) { throw error }
        func replace(_ row: SessionRow) throws(SessionStoreError) -> Bool { throw error }
        func update(
            id: String,
            userID: String,
            with changes: SessionChanges,
            at time: Timestamp
        ) throws(SessionStoreError) -> SessionMetadata? { throw error }
        func check() throws(SessionStoreError) { throw error }
        func close() {}
        func delete(id: String, userID: String) throws(SessionStoreError) -> Bool { throw error }
    }

    private static func settings(_ environment: [String: String] = [:]) throws -> InjectionSettings {
        try InjectionSettings(Environment(environment), sessionID: nil)
    }

    private static func request(
        _ environment: [String: String] = [:],
        _ edit: (inout TokenClaims) -> Void = { _ in }
    ) throws -> StoredSessionRequest {
        try #require(StoredSessionRequest(try Tokens.grant(edit), try settings(environment)))
    }

    @Test func theTokensNameComesFirst() throws {
        let configured = ["CDP_PROXY_BROWSER_SESSION": "configured", "CDP_PROXY_USER_ID": "someone"]
        let named = try Self.request(configured) {
            $0.userID = "user-1"
            $0.browserSession = "named"
        }
        #expect(named.reference == .named("named"))
        #expect(named.userID == "user-1")
        #expect(try Self.request(configured).reference == .named("configured"))
        #expect(try Self.request(configured).userID == "someone")
        #expect(try Self.request { $0.userID = "user-1" }.reference == .byTokenSession("sess_1"))
        #expect(try Self.request().userID == nil)
    }

    @Test func atStartTheConfiguredNameComesBeforeTheContainersSession() throws {
        let both = try Self.settings(["CDP_PROXY_BROWSER_SESSION": "b", "CDP_PROXY_USER_ID": "u"])
        #expect(StoredSessionRequest(startOf: both, sessionID: "sess_9").reference == .named("b"))
        let one = try Self.settings(["CDP_PROXY_USER_ID": "u"])
        let request = StoredSessionRequest(startOf: one, sessionID: "sess_9")
        #expect(request.reference == .named("sess_9"))
        #expect(request.userID == "u")
    }

    @Test(arguments: [
        (SessionStoreError.busy, SessionRefusal.storeUnavailable), (.failed(code: "x"), .storeUnavailable),
        (.corrupt(path: "p"), .storeUnavailable),
        (.unavailable(reason: "r"), .storeUnavailable),
    ])
    func aStoreThatFailsIsNoMissingSession(_ error: SessionStoreError, _ refusal: SessionRefusal) async throws {
        let resolver = StoredSessionResolver(store: FailingStore(error: error), keys: nil)
        for request in [try Self.request(), try Self.request(["CDP_PROXY_BROWSER_SESSION": "a"])] {
            await #expect(throws: refusal) { try await resolver.find(request, now: Tokens.now) }
        }
    }

    /// An expiry that cannot be read is none that has passed, and none that has not.
    @Test(arguments: [(["expires_at"], SessionRefusal.unreadable(.row)), (["created_at", "name"], nil)])
    func aRowWhoseExpiryIsUnusableIsUnreadable(_ unusable: [String], _ refusal: SessionRefusal?) async throws {
        let now = Timestamp(microseconds: 0)
        var metadata = SessionMetadata(id: "sess_1", userID: "u", name: "n", createdAt: now, updatedAt: now)
        metadata.unusableColumns = unusable
        metadata.expiresAt = refusal == nil ? nil : .earliest
        let resolver = StoredSessionResolver(store: FailingStore(error: .busy, found: metadata), keys: nil)
        do {
            #expect(try await resolver.find(try Self.request(), now: Tokens.now) == metadata)
            #expect(refusal == nil)
        } catch {
            #expect(error as? SessionRefusal == refusal)
        }
    }

    @Test func withoutKeysNothingOpens() async throws {
        let rows = try await StoredRows()
        try await rows.add()
        let resolver = StoredSessionResolver(store: rows.store, keys: nil)
        let found = try #require(try await resolver.find(Self.request { $0.sessionID = "row-1" }, now: Tokens.now))
        await #expect(throws: SessionRefusal.unreadable(.noKey)) { try await resolver.open(found, now: Tokens.now) }
    }
}
