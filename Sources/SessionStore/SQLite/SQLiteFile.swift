import Glibc

/// A database's file as this process can use it: directly, or through a private copy.
///
/// The file is kept in rollback-journal mode. A write-ahead log would let readers and the writer run at once, but every
/// reader must then write files beside the database, and a reader with a read-only mount or another user's file cannot.
/// Without it a lock lasts no longer than one short statement.
///
/// A writer that was killed in the middle of a change leaves its journal. SQLite then lets no process read until one
/// that may write has rolled the change back. Until then a reader that may not write reads a private copy in which the
/// change is rolled back. It does the same with a write-ahead log that an older version left.
struct SQLiteFile {
    private let path: String
    private let connection: SQLiteConnection
    private var copy: SQLiteCopy?

    /// The largest file whose pages are all checked when it is opened, in bytes. No process can write during the check.
    /// In a larger file, a damaged page shows only when it is read.
    private static let checkedSize = 64 << 20

    /// Opens the database at `path`, makes those of the tables `missing` that it lacks, and checks its pages and the
    /// tables `needed`.
    init(path: String, making missing: [StoreTable], needing needed: [StoreTable]) throws(SessionStoreError) {
        self.path = path
        connection = try SQLiteConnection(path: path)
        try read { (connection) throws(SessionStoreError) in
            guard try connection.byteCount <= Self.checkedSize else { return }
            guard try connection.run("PRAGMA quick_check(1)") == [[.text("ok")]] else { throw .corrupt(path: path) }
        }
        for table in missing { try connection.run(table.sqliteSchema) }
        leaveWriteAheadLog()
        for table in needed {
            try read { (connection) throws(SessionStoreError) in _ = try connection.run(table.probe, []) }
        }
    }

    /// Switches from an older version's write-ahead log to the rollback journal. It does nothing while another process
    /// has the database open, or where this process may not write: then the next process that opens it tries again.
    private func leaveWriteAheadLog() {
        connection.waitForLocks(.zero)
        defer { connection.waitForLocks(SQLiteConnection.lockTimeout) }
        _ = try? connection.run("PRAGMA journal_mode=DELETE")
    }

    /// Runs one of the tables' statements. `lockTimeout` bounds the wait for a lock that another process holds.
    mutating func run(
        _ query: TableQuery,
        _ parameters: [SQLValue],
        lockTimeout: Duration
    ) throws(SessionStoreError) -> [[SQLValue]] {
        connection.waitForLocks(lockTimeout)
        guard query.isRead else { return try connection.run(query, parameters) }
        return try read { (connection) throws(SessionStoreError) in try connection.run(query, parameters) }
    }

    /// Whether the path still names this file.
    var isInPlace: Bool { !connection.hasMoved }

    /// Makes a table if it is missing.
    func createTable(_ table: StoreTable) throws(SessionStoreError) { try connection.run(table.sqliteSchema) }

    /// Runs statements in one transaction. `lockTimeout` bounds each wait for a lock that another process holds.
    func commit(
        _ statements: [TableStatement],
        lockTimeout: Duration
    ) throws(SessionStoreError) -> [[[SQLValue]]] {
        connection.waitForLocks(lockTimeout)
        try connection.run("BEGIN IMMEDIATE")
        do throws(SessionStoreError) {
            var answers: [[[SQLValue]]] = []
            for each in statements { answers.append(try connection.run(each.query, each.parameters)) }
            try connection.run("COMMIT")
            return answers
        } catch {
            _ = try? connection.run("ROLLBACK")
            throw error
        }
    }

    private mutating func read<Answer>(
        _ body: (SQLiteConnection) throws(SessionStoreError) -> Answer
    ) throws(SessionStoreError) -> Answer {
        do throws(SessionStoreError) {
            let answer = try body(connection)
            copy = nil
            return answer
        } catch {
            guard connection.needsWriter else { throw error }
            if copy?.isCurrent(path) != true { copy = try SQLiteCopy(of: path) }
            guard let copy else { throw error }
            return try body(copy.connection)
        }
    }
}
