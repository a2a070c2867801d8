import ProxyCore
import SessionInjector
import SessionStore

@testable import CDPProxy

/// A database of one test with the rows it needs, sealed as they should be.
struct StoredRows: Sendable {
    /// `SESSION_ENCRYPTION_SECRET` of tests: 32 bytes of 0x01.
    static let secret = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    /// A state with one cookie.
    static let state =
        #"{"cookies":[{"name":"sid","value":"stored-cookie-value","domain":"a.example","path":"/","expires":-1,"#
        + #""httpOnly":true,"secure":true,"sameSite":"Lax"}],"origins":[]}"#

    /// Where the database is.
    let folder: TemporaryFolder
    /// The rows.
    let store: any SessionStore

    init(below path: String = "sessions.sqlite3") async throws {
        folder = try TemporaryFolder()
        store = try await SessionStores.open(.sqlite(path: folder.path(path)), creating: true)
    }

    /// What the proxy is told of the database.
    var environment: [String: String] {
        [
            "DATABASE_URL": "sqlite:///\(folder.path("sessions.sqlite3"))",
            "SESSION_ENCRYPTION_SECRET": Self.secret,
        ]
    }

    /// Adds a row. `damage` changes the sealed bytes.
    func add(
        id: String = "row-1",
        user: String = "user-1",
        name: String = "mail",
        expiresAt: Timestamp? = nil,
        state: String = state,
        damage: (inout [UInt8]) -> Void = { _ in }
    ) async throws {
        var sealed = try MasterSecret(base64: Self.secret).userKey(for: user).seal(state.utf8)
        damage(&sealed.ciphertext)
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        let metadata = SessionMetadata(
            id: id,
            userID: user,
            name: name,
            expiresAt: expiresAt,
            createdAt: now,
            updatedAt: now
        )
        try await store.insert(SessionRow(metadata: metadata, ciphertext: sealed.ciphertext, iv: sealed.iv))
    }
}
