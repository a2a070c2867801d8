/// Why the store could not answer. The texts name files, servers and columns, never a stored value or a password.
public enum SessionStoreError: Error, Equatable, Sendable {
    /// `DATABASE_URL` has a form that this build cannot open.
    case unsupportedURL
    /// `DATABASE_URL` names a PostgreSQL database, and libpq is not installed.
    case noLibrary
    /// There is no file at this path, and the caller did not ask to create one.
    case missing(path: String)
    /// The database exists and cannot be opened or created until an operator changes something. `reason` is the
    /// system's text for a file, and a fixed text for a server.
    case unopenable(database: String, reason: String)
    /// The file is not a SQLite database, or is damaged.
    case corrupt(path: String)
    /// The database does not have this table.
    case noTable(database: String, table: String = "browser_sessions")
    /// The table lacks this column, or its type cannot hold the values.
    case unusableColumn(database: String, column: String, table: String = "browser_sessions")
    /// Another process kept the database locked for longer than `SQLiteConnection.lockTimeout`.
    case busy
    /// The database cannot answer now; another try may succeed. `reason` is a fixed text.
    case unavailable(reason: String)
    /// The user has another session of this name.
    case nameTaken
    /// The user already has as many sessions as the limit allows.
    case tooManySessions(limit: Int)
    /// No database can hold the value for this column: a text with a NUL, or a moment before the year 1 or after 9999.
    case unstorable(column: String)
    /// Any other failure: "SQLite result" with the extended code, or "SQLSTATE" with PostgreSQL's.
    case failed(code: String)
}

extension SessionStoreError: CustomStringConvertible {
    /// One sentence for an operator.
    public var description: String {
        switch self {
        case .unsupportedURL: "DATABASE_URL must be \(DatabaseLocation.forms)"
        case .noLibrary: "libpq is not installed, and PostgreSQL needs it (Debian package libpq5)"
        case .missing(let path): "no session database at \(path); `cdp-proxy session import` creates it"
        case .unopenable(let database, let reason): "the session database \(database) cannot be opened: \(reason)"
        case .corrupt(let path): "the session database \(path) is damaged or not a SQLite file"
        case .noTable(let database, "api_keys"):
            "the session database \(database) has no table api_keys; `cdp-proxy key create` creates it"
        case .noTable(let database, let table):
            "the session database \(database) has no table \(table); `cdp-proxy session import` creates it"
        case .unusableColumn(let database, let column, let table):
            "the table \(table) in \(database) has no usable column \(column)"
        case .busy: "the session database is locked by another process"
        case .unavailable(let reason): "the session database is not available: \(reason)"
        case .nameTaken: "the user already has a session of this name"
        case .tooManySessions(let limit): "the user already has \(limit) sessions, which is the limit"
        case .unstorable(let column): "no database can hold the session's \(column)"
        case .failed(let code): "the session database failed (\(code))"
        }
    }
}
