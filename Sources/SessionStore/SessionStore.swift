public import ProxyCore

/// Where stored sessions are kept. Any number of callers may ask at once, from any isolation; an implementation runs
/// off the caller's thread, because databases block.
///
/// ``SessionStores`` opens the one that `DATABASE_URL` names. A text with a NUL in it is in no database: looked for it
/// is not found, and a row that holds one is not written. A row in which something is stored that does not belong there
/// is found all the same, and says so: it stands in nobody's way, and may be changed and deleted.
public protocol SessionStore: Sendable {
    /// The sessions of one user, or of every user for nil, newest first; those of one moment by id.
    func list(userID: String?) async throws(SessionStoreError) -> [SessionMetadata]

    /// What is known of the session with this id, whoever owns it: the caller compares the owner. The sealed state is
    /// not read.
    func metadata(id: String) async throws(SessionStoreError) -> SessionMetadata?

    /// What is known of the session of this name among one user's. The sealed state is not read.
    func metadata(userID: String, name: String) async throws(SessionStoreError) -> SessionMetadata?

    /// The row with this id, whoever owns it: the caller compares the owner.
    func row(id: String) async throws(SessionStoreError) -> SessionRow?

    /// The row of this name among one user's.
    func row(userID: String, name: String) async throws(SessionStoreError) -> SessionRow?

    /// Adds a row; `nameTaken` when its user has that name already, `tooManySessions` when they have `limit` sessions.
    /// Of several rows that are added at once none goes beyond the limit. Without one any number is allowed.
    func insert(_ row: SessionRow, limit: Int?) async throws(SessionStoreError)

    /// Overwrites the row with the same id and user, all but `created_at`; false when there is none.
    func replace(_ row: SessionRow) async throws(SessionStoreError) -> Bool

    /// Changes some columns of a row and sets `updated_at` to `time`, in one statement, so that updates of different
    /// columns at once do not undo one another. Returns what the row is then; nil when it is not there or another
    /// user's; `nameTaken` when the user has the new name already.
    func update(
        id: String,
        userID: String,
        with changes: SessionChanges,
        at time: Timestamp
    ) async throws(SessionStoreError) -> SessionMetadata?

    /// Deletes the row with this id, if it is this user's; false when there is none.
    func delete(id: String, userID: String) async throws(SessionStoreError) -> Bool

    /// Asks whether the database answers now and has the table; the error says why not.
    func check() async throws(SessionStoreError)

    /// Gives the database back, after the calls under way. Later calls are answered `unavailable`.
    func close() async
}
