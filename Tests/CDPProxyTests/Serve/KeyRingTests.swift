import ProxyCore
import SessionStore
import Settings
import Synchronization
import Testing

@testable import CDPProxy

@Suite struct KeyRingTests {
    /// Twenty minutes past an hour.
    private static let now = Timestamp(microseconds: 1_764_338_400_000_000 + 1_200_000_000)

    private let folder: TemporaryFolder
    private let log = LogLines()
    private let ring: KeyRing

    init() throws {
        folder = try TemporaryFolder()
        let url = "sqlite:///\(folder.path("keys.sqlite3"))"
        let settings = try StoreSettings(Environment(["DATABASE_URL": url]))
        let lines = log
        ring = KeyRing(
            settings,
            log: EventLog(clock: { Self.now }, write: { lines.write($0) }),
            clock: { Self.now }
        )
    }

    private func keys() async throws -> any KeyStore {
        try await KeyStores.open(.sqlite(path: folder.path("keys.sqlite3")), creating: true)
    }

    /// Makes a key and returns its text.
    private func make(_ keys: any KeyStore, expires: Duration? = nil, rateLimit: Int? = nil) async throws -> [UInt8] {
        let key = APIKey.random()
        let record = KeyRecord(
            id: "id-1",
            name: "ci",
            userID: "user-1",
            roles: ["viewer"],
            createdAt: Self.now - .seconds(60),
            expiresAt: expires.map { Self.now + $0 },
            rateLimit: rateLimit
        )
        try await keys.create(record, hash: key.hash)
        return Array(key.reveal().utf8)
    }

    private func refusal(of key: [UInt8]) async -> KeyRefusal? {
        do throws(KeyRefusal) {
            _ = try await ring.admit(key[...])
            return nil
        } catch {
            return error
        }
    }

    @Test func aGoodKeyGivesItsRecord() async throws {
        let key = try await make(try await keys())
        let record = try await ring.admit(key[...])
        #expect(record.userID == "user-1")
        #expect(record.roles == ["viewer"])
        #expect(record.lastUsedAt == Self.now)
    }

    @Test func aRevokedKeyIsRefusedAtOnce() async throws {
        let keys = try await keys()
        let key = try await make(keys)
        #expect(await refusal(of: key) == nil)
        #expect(try await keys.revoke(id: "id-1", telling: RevocationRow(Revocation(.key, "id-1", at: Self.now))))
        #expect(await refusal(of: key) == KeyRefusal(.revoked))
    }

    @Test func anExpiredOrUnknownKeyIsRefused() async throws {
        let keys = try await keys()
        let expired = try await make(keys, expires: .zero)
        #expect(await refusal(of: expired) == KeyRefusal(.apiKey))
        #expect(await refusal(of: Array(APIKey.random().reveal().utf8)) == KeyRefusal(.apiKey))
    }

    @Test func aKeyOverItsRateIsToldWhenToComeBack() async throws {
        let key = try await make(try await keys(), rateLimit: 1)
        #expect(await refusal(of: key) == nil)
        #expect(await refusal(of: key) == KeyRefusal(.rateLimited, retryAfter: 2400))
    }

    @Test func withoutADatabaseEveryKeyIsUnknownUntilThereIsOne() async throws {
        let unknown = Array(APIKey.random().reveal().utf8)
        #expect(await refusal(of: unknown) == KeyRefusal(.apiKey))
        #expect(log.count == 0)
        let key = try await make(try await keys())
        #expect(await refusal(of: key) == nil)
    }

    /// With a database that would fail, it shows that none is asked.
    @Test(arguments: ["", "flybrowser_", "flybrowser_short", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])
    func whatIsNoKeyNeverReachesTheDatabase(_ text: String) async throws {
        try folder.write("keys.sqlite3", Array("no database".utf8))
        #expect(await refusal(of: Array(text.utf8)) == KeyRefusal(.apiKey))
        #expect(log.count == 0)
    }

    @Test func aDatabaseThatFailsAdmitsNobodyAndIsLoggedOnce() async throws {
        try folder.write("keys.sqlite3", Array(repeating: 0x2A, count: 4096))
        let key = Array(APIKey.random().reveal().utf8)
        for _ in 0..<3 { #expect(await refusal(of: key) == KeyRefusal(.secretUnavailable)) }
        #expect(log.count == 1)
        #expect(log.text.contains("api_keys_unavailable"))
        #expect(!log.text.contains("flybrowser_"))
    }

    @Test func refusalsOfKeysHaveTheirStatus() {
        #expect(KeyRefusal(.revoked).rejection.status == .unauthorized)
        #expect(KeyRefusal(.apiKey).rejection.status == .unauthorized)
        #expect(KeyRefusal(.rateLimited).rejection.status == .tooManyRequests)
        #expect(KeyRefusal(.secretUnavailable).rejection.status == .serviceUnavailable)
    }
}

/// The log's lines as one text.
private final class LogLines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var count: Int { bytes.withLock { $0.count { $0 == UInt8(ascii: "\n") } } }

    func write(_ lines: [UInt8]) -> Bool {
        bytes.withLock { $0 += lines }
        return true
    }
}
