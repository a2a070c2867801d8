import CSQLite

/// An open SQLite connection, closed when it goes. Used by one isolation at a time (the store's actor).
@safe struct SQLiteDatabase: ~Copyable {
    // Owned: made by sqlite3_open_v2 in `init`, given back once, in `deinit`. Never handed out.
    private let handle: OpaquePointer
    /// The file, for error texts.
    let path: String

    /// Opens the file at `path`, which must exist, for reading and, where permitted, writing. Waits up to 5 s for a
    /// lock that another process holds.
    init(path: String) throws(SessionStoreError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard let handle = unsafe opened else { throw .failed(code: code) }
        guard code == SQLITE_OK else {
            let reason = unsafe String(cString: sqlite3_errmsg(handle))
            unsafe sqlite3_close_v2(handle)
            throw code & 0xFF == SQLITE_NOTADB ? .corrupt(path: path) : .unopenable(path: path, reason: reason)
        }
        unsafe self.handle = handle
        self.path = path
        unsafe sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        unsafe sqlite3_close_v2(handle)
    }

    /// Prepares one statement. SQL is always a literal of this module: values are bound, never written into it.
    func prepare(_ sql: StaticString) throws(SessionStoreError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(handle, "\(sql)", -1, &statement, nil)
        guard code == SQLITE_OK, let statement = unsafe statement else { throw error(code) }
        return unsafe SQLiteStatement(statement)
    }

    /// Runs a statement to its end and forgets its rows.
    func run(_ sql: StaticString) throws(SessionStoreError) {
        var statement = try prepare(sql)
        while try advance(&statement) {}
    }

    /// Steps to the next row; false at the end.
    func advance(_ statement: inout SQLiteStatement) throws(SessionStoreError) -> Bool {
        switch statement.step() {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    /// How many rows the last statement changed.
    var changes: Int32 { unsafe sqlite3_changes(handle) }

    /// The fact behind a result code. Codes are extended; the low byte is the class.
    private func error(_ code: Int32) -> SessionStoreError {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(path: path)
        // SQLITE_CONSTRAINT_UNIQUE; the only unique key besides the id is (user_id, name).
        case SQLITE_CONSTRAINT where code == 2067: .nameTaken
        // What a statement of ours meets that does not fit the schema: no such table, no such column.
        case SQLITE_ERROR: .noTable(path: path)
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_IOERR, SQLITE_FULL:
            .unopenable(path: path, reason: unsafe String(cString: sqlite3_errmsg(handle)))
        default: .failed(code: code)
        }
    }
}
