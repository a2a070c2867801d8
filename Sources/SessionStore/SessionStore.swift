/// Where stored sessions are kept. Any number of callers may ask at once, from any isolation; an implementation runs
/// off the caller's thread, because databases block.
///
/// `SQLiteSessionStore` is the embedded one. A store over PostgreSQL stands behind the same protocol; nothing here
/// says SQLite but the result code of `SessionStoreError.failed`.
public protocol SessionStore: Sendable {
    /// The sessions of one user, or of every user for nil, newest first.
    func list(userID: String?) async throws(SessionStoreError) -> [SessionMetadata]

    /// The row with this id, whoever owns it: the caller compares the owner.
    func row(id: String) async throws(SessionStoreError) -> SessionRow?

    /// The row of this name among one user's.
    func row(userID: String, name: String) async throws(SessionStoreError) -> SessionRow?

    /// Adds a row; `nameTaken` when its user has that name already.
    func insert(_ row: SessionRow) async throws(SessionStoreError)

    /// Overwrites the row with the same id and user, all but `created_at`; false when there is none.
    func replace(_ row: SessionRow) async throws(SessionStoreError) -> Bool

    /// Deletes the row with this id, if it is this user's; false when there is none.
    func delete(id: String, userID: String) async throws(SessionStoreError) -> Bool
}

extension SessionStore {
    /// One user's row by what a token's `browserSession` says: its id, else its name. Another user's is not found.
    public func row(userID: String, idOrName: String) async throws(SessionStoreError) -> SessionRow? {
        if let row = try await row(id: idOrName), row.metadata.userID == userID { return row }
        return try await row(userID: userID, name: idOrName)
    }
}
