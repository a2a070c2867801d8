/// Why the store could not answer. Texts name files, servers and columns, never a stored value or a password.
public enum SessionStoreError: Error, Equatable, Sendable {
    /// `DATABASE_URL` is not a form this build can open.
    case unsupportedURL
    /// PostgreSQL is asked for, and its client library is not installed.
    case noLibrary
    /// No file at this path, and the caller did not ask for one to be made.
    case missing(path: String)
    /// The database is there and cannot be opened or created, which an operator has to change. `reason` is the
    /// system's text for a file and one of our own for a server.
    case unopenable(database: String, reason: String)
    /// The file is no SQLite database, or a damaged one.
    case corrupt(path: String)
    /// The database has no table `browser_sessions`.
    case noTable(database: String)
    /// The table lacks this column, or has it with a type that sessions cannot be kept in.
    case unusableColumn(database: String, column: String)
    /// Another process kept the database locked for longer than the store waits (5 s).
    case busy
    /// The database cannot be asked just now; it may be worth trying again. `reason` is one of our own texts.
    case unavailable(reason: String)
    /// The user has another session of this name.
    case nameTaken
    /// The user has as many sessions as they may have.
    case tooManySessions(limit: Int)
    /// What was to be written into this column no database keeps: a text with a NUL, a moment before the year 1 or after
    /// 9999.
    case unstorable(column: String)
    /// Any other failure: SQLite's extended result code or PostgreSQL's SQLSTATE, with the word for which it is.
    case failed(code: String)
}

extension SessionStoreError: CustomStringConvertible {
    /// One sentence for an operator.
    public var description: String {
        switch self {
        case .unsupportedURL: "DATABASE_URL must be \(DatabaseLocation.forms)"
        case .noLibrary: "libpq is not installed, which PostgreSQL needs (Debian package libpq5)"
        case .missing(let path): "no session database at \(path); `cdp-proxy session import` creates it"
        case .unopenable(let database, let reason): "the session database \(database) cannot be opened: \(reason)"
        case .corrupt(let path): "the session database \(path) is damaged or not a SQLite file"
        case .noTable(let database):
            "the session database \(database) has no table browser_sessions; `cdp-proxy session import` creates it"
        case .unusableColumn(let database, let column):
            "the table browser_sessions in \(database) has no usable column \(column)"
        case .busy: "the session database is locked by another process"
        case .unavailable(let reason): "the session database is not available: \(reason)"
        case .nameTaken: "the user has a session of this name already"
        case .tooManySessions(let limit): "the user has \(limit) sessions already, which is the most"
        case .unstorable(let column): "the \(column) of the session cannot be kept in a database"
        case .failed(let code): "the session database failed (\(code))"
        }
    }
}
