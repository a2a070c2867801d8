import CSQLite

/// An open SQLite connection with the statements prepared on it. It closes when its last reference goes. One isolation
/// (its database's actor) may use it.
@safe final class SQLiteConnection {
    // Owned: sqlite3_open_v2 made it in `init`, and `deinit` closes it once. Never handed out.
    private let handle: OpaquePointer
    private let path: String
    private var statements: [TableQuery: SQLiteStatement] = [:]
    private var lastFailure = SQLITE_OK

    /// Opens the file at `path`, which must exist (or be `:memory:`), for reading and, where permitted, writing. Waits
    /// up to `lockTimeout` for a lock that another process holds.
    init(path: String) throws(SessionStoreError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard let handle = unsafe opened else { throw Self.failure(code) }
        guard code == SQLITE_OK else {
            let reason = unsafe String(cString: sqlite3_errmsg(handle))
            unsafe sqlite3_close_v2(handle)
            throw code & 0xFF == SQLITE_NOTADB ? .corrupt(path: path) : .unopenable(database: path, reason: reason)
        }
        unsafe self.handle = handle
        self.path = path
        waitForLocks(Self.lockTimeout)
    }

    /// How long a statement waits for a lock that another process holds.
    static let lockTimeout = Duration.seconds(5)

    /// Sets how long a statement may wait for a lock that another process holds, in whole milliseconds.
    func waitForLocks(_ lockTimeout: Duration) {
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: Int64(lockTimeout / .milliseconds(1))))
    }

    deinit {
        // SQLite keeps the database open until the last statement is finalised.
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs one of the tables' statements, and prepares it before its first use.
    func run(_ query: TableQuery, _ parameters: [SQLValue]) throws(SessionStoreError) -> [[SQLValue]] {
        do throws(SessionStoreError) {
            return try rows(of: try statement(query), parameters)
        } catch {
            // The statement is correct, so its failure may mean that the table is not the one it was written for.
            if case .failed = error, let fault = fault(of: query.table) { throw fault }
            throw error
        }
    }

    private func statement(_ query: TableQuery) throws(SessionStoreError) -> SQLiteStatement {
        if let statement = statements[query] { return statement }
        let statement = try prepare(String(query.sql.map { $0 == "$" ? "?" : $0 }))
        statements[query] = statement
        return statement
    }

    /// Runs a statement of this module to its end.
    @discardableResult
    func run(_ sql: String, _ parameters: [SQLValue] = []) throws(SessionStoreError) -> [[SQLValue]] {
        try rows(of: try prepare(sql), parameters)
    }

    /// Whether the database has this table.
    func holds(_ table: StoreTable) throws(SessionStoreError) -> Bool {
        try !run("SELECT name FROM pragma_table_info(?)", [.text(table.rawValue)]).isEmpty
    }

    /// Whether the path names another file by now, or none.
    var hasMoved: Bool {
        var moved: Int32 = 0
        // The call writes only to `moved`, which outlives it.
        let code = unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code == SQLITE_OK && moved != 0
    }

    /// A number that changes when another connection has changed the database.
    func version() throws(SessionStoreError) -> String? { try run("PRAGMA data_version").first?.first?.asText }

    /// The size of the database in bytes.
    var byteCount: Int {
        get throws(SessionStoreError) {
            let rows = try run("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            return rows.first?.first?.asText.flatMap { Int($0) } ?? 0
        }
    }

    private func prepare(_ sql: String) throws(SessionStoreError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement = unsafe statement else { throw error(code) }
        return unsafe SQLiteStatement(statement)
    }

    private func rows(
        of statement: SQLiteStatement,
        _ parameters: [SQLValue]
    ) throws(SessionStoreError) -> [[SQLValue]] {
        // Not before the end: a statement that returns rows has made all its changes when it returns the first.
        defer { statement.reset() }
        statement.bind(parameters)
        var rows: [[SQLValue]] = []
        while true {
            switch statement.step() {
            case SQLITE_ROW: rows.append(statement.row)
            case SQLITE_DONE: return rows
            case let code: throw error(code)
            }
        }
    }

    /// The fault of a table that lacks a column or is missing; nil when it has all its columns.
    private func fault(of table: StoreTable) -> SessionStoreError? {
        let rows = try? run("SELECT name FROM pragma_table_info(?)", [.text(table.rawValue)])
        guard let rows else { return nil }
        guard !rows.isEmpty else { return .noTable(database: path, table: table.rawValue) }
        let missing = table.columns.first { !rows.contains([.text($0)]) }
        return missing.map { .unusableColumn(database: path, column: $0, table: table.rawValue) }
    }

    /// Whether the last failure was that SQLite had to write before it could read: to roll back another process's
    /// journal (SQLITE_READONLY_ROLLBACK, 776), or to make a write-ahead log and its index (SQLITE_CANTOPEN, or
    /// SQLITE_READONLY_ with RECOVERY, 264, CANTLOCK, 520, CANTINIT, 1288, DIRECTORY, 1544).
    var needsWriter: Bool {
        lastFailure & 0xFF == SQLITE_CANTOPEN || [264, 520, 776, 1288, 1544].contains(lastFailure)
    }

    /// The error for a result code. Codes are extended ones, and the low byte is the class.
    private func error(_ code: Int32) -> SessionStoreError {
        lastFailure = code
        return switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(path: path)
        // SQLITE_CONSTRAINT_UNIQUE (2067): the only unique key that callers choose is (user_id, name).
        case SQLITE_CONSTRAINT where code == 2067: .nameTaken
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_IOERR, SQLITE_FULL:
            .unopenable(database: path, reason: unsafe String(cString: sqlite3_errmsg(handle)))
        default: Self.failure(code)
        }
    }

    private static func failure(_ code: Int32) -> SessionStoreError {
        .failed(code: "SQLite result \(code)")
    }
}
