/// Why the store could not answer. Texts name files and columns, never a stored value.
public enum SessionStoreError: Error, Equatable, Sendable {
    /// `DATABASE_URL` is not a form this build can open.
    case unsupportedURL
    /// No file at this path, and the caller did not ask for one to be made.
    case missing(path: String)
    /// The file is there and cannot be opened or created; `reason` is the system's own text.
    case unopenable(path: String, reason: String)
    /// The file is no SQLite database, or a damaged one.
    case corrupt(path: String)
    /// The database has no table `browser_sessions`, or one without these columns.
    case noTable(path: String)
    /// Another process kept the database locked for longer than the store waits (5 s).
    case busy
    /// The user has another session of this name.
    case nameTaken
    /// A column of the row with this id holds what does not belong there.
    case malformedRow(id: String, column: String)
    /// Any other failure, with SQLite's extended result code.
    case failed(code: Int32)
}

extension SessionStoreError: CustomStringConvertible {
    /// One sentence for an operator.
    public var description: String {
        switch self {
        case .unsupportedURL:
            "DATABASE_URL must be sqlite:///path, sqlite:////absolute/path or sqlite+aiosqlite:///path"
        case .missing(let path): "no session database at \(path); `cdp-proxy session import` creates it"
        case .unopenable(let path, let reason): "the session database \(path) cannot be opened: \(reason)"
        case .corrupt(let path): "the session database \(path) is damaged or not a SQLite file"
        case .noTable(let path): "the session database \(path) has no usable table browser_sessions"
        case .busy: "the session database is locked by another process"
        case .nameTaken: "the user has a session of this name already"
        case .malformedRow(let id, let column): "the stored session \(id) has an unusable \(column)"
        case .failed(let code): "the session database failed (SQLite result \(code))"
        }
    }
}
