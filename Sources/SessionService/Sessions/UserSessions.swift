import FoundationEssentials
import ProxyCore
import SessionInjector
import SessionStore

/// The stored sessions of one user. It never finds another user's.
struct UserSessions {
    private let userID: String
    private let store: any SessionStore
    private let secret: MasterSecret
    private let limit: Int

    /// The sessions of this user, at most `limit`, sealed under a key derived from `secret`.
    init(of userID: String, in store: any SessionStore, sealedUnder secret: MasterSecret, limit: Int) {
        self.userID = userID
        self.store = store
        self.secret = secret
        self.limit = limit
    }

    /// Stores a session.
    func create(_ session: NewSession) async throws -> SessionMetadata {
        let sealed = secret.userKey(for: userID).seal(session.storageState)
        let now = Timestamp.now()
        let metadata = SessionMetadata(
            id: UUID().uuidString.lowercased(),
            userID: userID,
            name: session.name,
            description: session.description,
            domains: session.domains,
            expiresAt: session.expiresAt,
            createdAt: now,
            updatedAt: now
        )
        do throws(SessionStoreError) {
            let row = SessionRow(metadata: metadata, ciphertext: sealed.ciphertext, iv: sealed.iv)
            try await store.insert(row, limit: limit)
        } catch .nameTaken {
            throw ServiceRefusal.nameTaken(session.name)
        } catch .tooManySessions(let limit) {
            throw ServiceRefusal.tooManySessions(limit: limit)
        }
        return metadata
    }

    /// The metadata of every session, newest first.
    func all() async throws -> [SessionMetadata] {
        try await store.list(userID: userID)
    }

    /// The metadata of one session.
    func session(id: String) async throws -> SessionMetadata {
        guard let found = try await store.metadata(id: id), found.isOwned(by: userID) else {
            throw ServiceRefusal.noSession
        }
        return found
    }

    /// The metadata of the session of this name.
    func session(named name: String) async throws -> SessionMetadata {
        guard let found = try await store.metadata(userID: userID, name: name) else {
            throw ServiceRefusal.noSessionNamed(name)
        }
        return found
    }

    /// The storage state of a session, as the JSON text that was stored.
    func state(id: String) async throws -> [UInt8] {
        guard let row = try await store.row(id: id), row.metadata.isOwned(by: userID) else {
            throw ServiceRefusal.noSession
        }
        guard !row.metadata.isExpired(now: .now()) else { throw ServiceRefusal.expired }
        return try open(SealedState(ciphertext: row.ciphertext, iv: row.iv))
    }

    /// Opens a state and checks it by the rules for new ones, so that no other text becomes part of an answer.
    private func open(_ sealed: SealedState) throws(ServiceRefusal) -> [UInt8] {
        let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512)
        var fields = BodyFields()
        guard let text = try? secret.userKey(for: userID).open(sealed),
            let value = try? JSONValue.parse(text, options: options),
            let state = fields.storageState(value)
        else { throw .unopenable }
        // The check added no member, so the stored text is the answer.
        return state.count == value.objectValue?.count ? text : JSONValue.object(state).serialized()
    }

    /// Makes the changes of a request in one step.
    func update(id: String, with update: SessionUpdate) async throws -> SessionMetadata {
        let sealed = update.storageState.map { secret.userKey(for: userID).seal($0) }
        let changes = SessionChanges(
            name: update.name,
            description: update.description,
            expiresAt: update.expiresAt,
            sealed: sealed.map { SealedColumns(ciphertext: $0.ciphertext, iv: $0.iv) }
        )
        do {
            guard let changed = try await store.update(id: id, userID: userID, with: changes, at: .now()) else {
                throw ServiceRefusal.noSession
            }
            return changed
        } catch SessionStoreError.nameTaken {
            throw ServiceRefusal.nameTaken(update.name ?? "")
        }
    }

    /// Deletes a session.
    func delete(id: String) async throws {
        guard try await store.delete(id: id, userID: userID) else { throw ServiceRefusal.noSession }
    }
}
