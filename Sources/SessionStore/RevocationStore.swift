public import ProxyCore

/// A row of the table of revocations.
public struct RevocationRow: Sendable, Equatable {
    /// UUID text, lower case.
    public var id: String
    /// What kind of thing is revoked, in a word of the program's.
    public var kind: String
    /// Which one.
    public var subject: String
    /// When it was said.
    public var at: Timestamp
    /// When it may be forgotten.
    public var expiresAt: Timestamp

    /// A row.
    public init(id: String, kind: String, subject: String, at: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.at = at
        self.expiresAt = expiresAt
    }
}

/// The storage of revocations, which every process with the same database reads.
///
/// Databases block, so implementations run off the caller's thread. A database without the table has no revocations.
public protocol RevocationStore: Sendable {
    /// Keeps a revocation, and makes the table with the first. Every ``RevocationWatch`` over the database hears of it.
    func add(_ row: RevocationRow) async throws(SessionStoreError)

    /// The revocations that are said at `since` or later and not over at `now`, oldest first.
    func list(since: Timestamp, now: Timestamp) async throws(SessionStoreError) -> [RevocationRow]

    /// Whether it is still the database at its location: a SQLite file may have been deleted or replaced.
    func isInPlace() async -> Bool

    /// Closes the database after the running calls. Later calls throw `unavailable`.
    func close() async
}
