public import ProxyCore

/// The storage of stored sessions. Any number of callers may call it at once from any isolation. Databases block, so
/// implementations run off the caller's thread.
///
/// ``SessionStores`` opens the one that `DATABASE_URL` names. No database can hold a text with a NUL: a lookup by one
/// finds nothing, and a row with one is not written. A row with an unreadable column is found all the same and names
/// that column; it can be changed and deleted, and other rows are unaffected.
public protocol SessionStore: Sendable {
    /// The sessions of one user, or of every user for nil, newest first; those of one moment by id.
    func list(userID: String?) async throws(SessionStoreError) -> [SessionMetadata]

    /// The metadata of the session with this id, of any user: the caller must compare the owner. It does not read the
    /// sealed state.
    func metadata(id: String) async throws(SessionStoreError) -> SessionMetadata?

    /// The metadata of one user's session of this name. It does not read the sealed state.
    func metadata(userID: String, name: String) async throws(SessionStoreError) -> SessionMetadata?

    /// The row with this id, of any user: the caller must compare the owner.
    func row(id: String) async throws(SessionStoreError) -> SessionRow?

    /// One user's row of this name.
    func row(userID: String, name: String) async throws(SessionStoreError) -> SessionRow?

    /// Adds a row. `nameTaken` when the user already has a session of that name; `tooManySessions` when the user has
    /// `limit` sessions. The limit holds for rows that are added at once too. Nil means no limit.
    func insert(_ row: SessionRow, limit: Int?) async throws(SessionStoreError)

    /// Overwrites the row with the same id and user, all but `created_at`. Returns false when there is none.
    func replace(_ row: SessionRow) async throws(SessionStoreError) -> Bool

    /// Changes some columns of a row and sets `updated_at` to `time`. It is one statement, so that concurrent updates
    /// of different columns do not undo one another. Returns the new metadata; nil when the row is missing or another
    /// user's. `nameTaken` when the user already has a session of the new name.
    func update(
        id: String,
        userID: String,
        with changes: SessionChanges,
        at time: Timestamp
    ) async throws(SessionStoreError) -> SessionMetadata?

    /// Deletes this user's row with this id. Returns false when there is none.
    func delete(id: String, userID: String) async throws(SessionStoreError) -> Bool

    /// Checks that the database answers and has the table; the error says why not.
    func check() async throws(SessionStoreError)

    /// Closes the database after the running calls. Later calls throw `unavailable`.
    func close() async
}
