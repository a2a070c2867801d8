import ProxyCore
import SessionInjector
import SessionStore
import Settings

/// Which stored session a connection asks for, before the database is asked.
struct StoredSessionRequest: Hashable, Sendable {
    /// How the session is named.
    enum Reference: Hashable, Sendable {
        /// By id or name, among one user's: it must be there.
        case named(String)
        /// By the token's `sessionId` as the row's id: there may be none.
        case byTokenSession(String)
    }

    /// The user it must belong to; nil when the token names none, which only a reference by id allows.
    let userID: String?
    /// Its name.
    let reference: Reference

    /// The token's `browserSession`, else the configured one, else the row of the token's `sessionId`; nil for a credential
    /// that names none of them.
    init?(_ grant: Grant, _ settings: InjectionSettings) {
        userID = grant.userID ?? settings.userID
        if let named = grant.browserSession ?? settings.browserSession {
            reference = .named(named)
        } else if let sessionID = grant.sessionID {
            reference = .byTokenSession(sessionID)
        } else {
            return nil
        }
    }

    /// The session that is put into Chrome before any client comes.
    init(startOf settings: InjectionSettings, sessionID: String?) {
        userID = settings.userID
        reference = .named(settings.browserSession ?? sessionID ?? "")
    }
}

/// Finds and opens stored sessions.
struct StoredSessionResolver: Sendable {
    private let store: any SessionStore
    private let keys: SealingKeys?

    /// A resolver over a store. Without keys, it opens no session.
    init(store: any SessionStore, keys: SealingKeys?) {
        self.store = store
        self.keys = keys
    }

    /// Asks whether the database answers and has the table; the error says why not.
    func check() async throws(SessionStoreError) {
        try await store.check()
    }

    /// The metadata of the requested session, or nil when none belongs to the connection. Another user's is not found. The
    /// sealed state stays in the database.
    func find(_ request: StoredSessionRequest, now: Timestamp) async throws(SessionRefusal) -> SessionMetadata? {
        guard let found = try await metadata(request) else {
            if case .byTokenSession = request.reference { return nil }
            throw .notFound
        }
        if let userID = request.userID, !found.isOwned(by: userID) { throw .notFound }
        // An unreadable expiry proves neither that the session has expired nor that it has not.
        guard !found.unusableColumns.contains("expires_at") else { throw .unreadable(.row) }
        guard !found.isExpired(now: now) else { throw .expired }
        return found
    }

    private func metadata(_ request: StoredSessionRequest) async throws(SessionRefusal) -> SessionMetadata? {
        try await asked { () async throws(SessionStoreError) in
            switch (request.reference, request.userID) {
            case (.named(let name), let userID?): try await store.metadata(userID: userID, idOrName: name)
            case (.named(let id), nil): try await store.metadata(id: id)
            case (.byTokenSession(let id), _): try await store.metadata(id: id)
            }
        }
    }

    /// Opens the state of a found session with its user's key. It runs off the caller's thread, since a large state takes
    /// tens of milliseconds.
    @concurrent
    func open(_ found: SessionMetadata, now: Timestamp) async throws(SessionRefusal) -> StorageState {
        let row = try await asked { () async throws(SessionStoreError) in try await store.row(id: found.id) }
        // Another process may have changed the row since it was found.
        guard let row, row.metadata.isOwned(by: found.userID) else { throw .notFound }
        guard !row.metadata.isExpired(now: now) else { throw .expired }
        guard let keys else { throw .unreadable(.noKey) }
        let sealed = SealedState(ciphertext: row.ciphertext, iv: row.iv)
        guard let bytes = try? keys.key(for: found.userID).open(sealed) else { throw .unreadable(.otherKeyOrDamaged) }
        guard let state = try? StorageState(parsing: bytes) else { throw .unreadable(.noState) }
        return state
    }

    private func asked<Answer>(
        _ question: () async throws(SessionStoreError) -> Answer
    ) async throws(SessionRefusal) -> Answer {
        do throws(SessionStoreError) {
            return try await question()
        } catch {
            throw .storeUnavailable
        }
    }
}

extension StoredSessionResolver {
    /// A resolver over the configured database. Nil when injection is off, or when the database is the standard one and does
    /// not exist, so that there are no stored sessions.
    init?(_ store: StoreSettings, _ injection: InjectionSettings, log: EventLog) throws(StartError) {
        guard injection.time != .off else { return nil }
        if store.keys == nil {
            if injection.time == .start { throw .noSecret(because: "CDP_PROXY_INJECT is start") }
            // A database of API keys alone needs no secret.
            let isForKeys = (try? KeyStores.areKept(in: store.database)) ?? false
            if !store.isStandard, !isForKeys { throw .noSecret(because: "DATABASE_URL is set") }
        }
        do throws(SessionStoreError) {
            self.init(store: try SessionStores.openExisting(store.database), keys: store.keys)
        } catch .missing where store.isStandard && !injection.needsStore {
            return nil
        } catch {
            throw StartError(description: "DATABASE_URL: \(error).")
        }
        if store.keys == nil {
            log.record(
                .warning,
                "session_secret_missing",
                ["detail": "SESSION_ENCRYPTION_SECRET is not set: no stored session can be opened"]
            )
        }
    }
}

extension StartError {
    /// There are stored sessions to open, and no key that opens them.
    fileprivate static func noSecret(because reason: String) -> StartError {
        StartError(
            description: "SESSION_ENCRYPTION_SECRET is not set, and \(reason): "
                + "set it, or SESSION_USER_KEY, so that stored sessions can be opened; or CDP_PROXY_INJECT to off."
        )
    }
}
