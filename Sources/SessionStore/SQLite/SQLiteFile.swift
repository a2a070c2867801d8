import Glibc

/// A database's file as this process can use it: where it is, or, where that is not possible, in a private copy.
///
/// It is kept in rollback-journal mode. A write-ahead log would let readers and the writer pass one another, but asks
/// every reader to write files beside the database, which those on a read-only mount or of another user cannot; here
/// nobody holds a lock for longer than one short statement.
///
/// A writer that was killed in the middle of a change leaves its journal, and SQLite lets nobody read before somebody
/// who may write has rolled back. Until then, a reader that may not write reads a private copy, in which the change is
/// rolled back. So it does with the write-ahead log of an older version.
struct SQLiteFile {
    private let path: String
    private let connection: SQLiteConnection
    private var copy: SQLiteCopy?

    /// The largest file whose pages are all checked when it is opened, in bytes. Nobody writes meanwhile; in a larger one a
    /// damaged page is found when it is read.
    private static let checkedSize = 64 << 20

    /// Opens the database at `path` and checks it: its pages, and that the table is there. `schema` makes a missing
    /// table.
    init(path: String, schema: String?) throws(SessionStoreError) {
        self.path = path
        connection = try SQLiteConnection(path: path)
        try read { (connection) throws(SessionStoreError) in
            guard try connection.byteCount <= Self.checkedSize else { return }
            guard try connection.run("PRAGMA quick_check(1)") == [[.text("ok")]] else { throw .corrupt(path: path) }
        }
        if let schema { try connection.run(schema) }
        leaveWriteAheadLog()
        try read { (connection) throws(SessionStoreError) in _ = try connection.run(.probe, []) }
    }

    /// Gives up the mode of an older version. Not while another process has the database open, and not where nothing may
    /// be written; whoever opens it next tries again.
    private func leaveWriteAheadLog() {
        connection.waitForLocks(.zero)
        defer { connection.waitForLocks(SQLiteConnection.lockTimeout) }
        _ = try? connection.run("PRAGMA journal_mode=DELETE")
    }

    /// Runs one of the table's statements, and waits so long for a lock that another process holds.
    mutating func run(
        _ query: SessionQuery,
        _ parameters: [SQLValue],
        lockTimeout: Duration
    ) throws(SessionStoreError) -> [[SQLValue]] {
        connection.waitForLocks(lockTimeout)
        guard query.isRead else { return try connection.run(query, parameters) }
        return try read { (connection) throws(SessionStoreError) in try connection.run(query, parameters) }
    }

    private mutating func read<Answer>(
        _ body: (SQLiteConnection) throws(SessionStoreError) -> Answer
    ) throws(SessionStoreError) -> Answer {
        do throws(SessionStoreError) {
            let answer = try body(connection)
            copy = nil
            return answer
        } catch {
            guard connection.asksForAWriter else { throw error }
            if copy?.isOfToday(path) != true { copy = try SQLiteCopy(of: path) }
            guard let copy else { throw error }
            return try body(copy.connection)
        }
    }
}
