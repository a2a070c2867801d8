import ProxyCore
import SessionInjector
import SessionStore

/// Which stored session a connection asks for, before the database is asked.
struct StoredSessionRequest: Hashable, Sendable {
    /// How the session is named.
    enum Reference: Hashable, Sendable {
        /// By id or name, among one user's: it must be there.
        case named(String)
        /// By the token's `sessionId` as the row's id: there may be none.
        case byTokenSession(String)
    }

    /// Whose it has to be; nil when the token names no user, which only a reference by id allows.
    let userID: String?
    /// Its name.
    let reference: Reference

    /// The token's `browserSession`, else the configured one, else the row of the token's `sessionId`.
    init(_ grant: Grant, _ settings: InjectionSettings) {
        userID = grant.userID ?? settings.userID
        if let named = grant.browserSession ?? settings.browserSession {
            reference = .named(named)
        } else {
            reference = .byTokenSession(grant.sessionID)
        }
    }

    /// What is put into Chrome before any client comes.
    init(startOf settings: InjectionSettings, sessionID: String?) {
        userID = settings.userID
        reference = .named(settings.browserSession ?? sessionID ?? "")
    }
}

/// A stored session that was found: who it belongs to, and its sealed state.
struct StoredSession: Sendable {
    let metadata: SessionMetadata
    let sealed: SealedState

    /// The value of a row.
    init(_ row: SessionRow) {
        metadata = row.metadata
        sealed = SealedState(ciphertext: row.ciphertext, iv: row.iv)
    }
}

/// Finds and opens stored sessions.
struct StoredSessionResolver: Sendable {
    private let store: any SessionStore
    private let keys: SealingKeys?

    /// A resolver over a store; without keys nothing can be opened.
    init(store: any SessionStore, keys: SealingKeys?) {
        self.store = store
        self.keys = keys
    }

    /// Asks whether the database answers and has the table; the error says why not.
    func check() async throws(SessionStoreError) {
        try await store.check()
    }

    /// The session that is asked for, or nil when none belongs to the connection. Another user's is not found.
    func find(_ request: StoredSessionRequest, now: Double) async throws(SessionRefusal) -> StoredSession? {
        guard let row = try await row(request) else {
            if case .byTokenSession = request.reference { return nil }
            throw .notFound
        }
        if let userID = request.userID, !row.metadata.isOwned(by: userID) { throw .notFound }
        guard !row.metadata.isExpired(now: now) else { throw .expired }
        return StoredSession(row)
    }

    private func row(_ request: StoredSessionRequest) async throws(SessionRefusal) -> SessionRow? {
        do throws(SessionStoreError) {
            switch (request.reference, request.userID) {
            case (.named(let name), let userID?): return try await store.row(userID: userID, idOrName: name)
            case (.named(let id), nil): return try await store.row(id: id)
            case (.byTokenSession(let id), _): return try await store.row(id: id)
            }
        } catch .malformedRow {
            throw .unreadable
        } catch {
            throw .storeUnavailable
        }
    }

    /// The state in a session, opened with its user's key.
    func open(_ session: StoredSession) throws(SessionRefusal) -> StorageState {
        guard let keys, let bytes = try? keys.key(for: session.metadata.userID).open(session.sealed),
            let state = try? StorageState(parsing: bytes)
        else { throw .unreadable }
        return state
    }
}
