/// Which database holds the stored sessions, read from `DATABASE_URL`. ``SessionStores`` opens it.
public enum DatabaseLocation: Sendable, Equatable {
    /// A SQLite file; a relative path counts from the working directory. `:memory:` is a database of the process's own,
    /// which is there only when it is made.
    case sqlite(path: String)
    /// A database on a PostgreSQL server.
    case postgres(PostgresLocation)

    /// Reads SQLAlchemy's and libpq's URLs.
    ///
    /// SQLite: `sqlite:///relative`, `sqlite:////absolute`, `sqlite:///:memory:`, `sqlite+aiosqlite:///…`. A query
    /// (`?…`) is left off; `%41` stands for itself, as it does in SQLAlchemy. PostgreSQL: see
    /// ``PostgresLocation/init(url:)``. A URL may hold a password, so that no error repeats it.
    public init(url: String) throws(SessionStoreError) {
        let prefixes = ["sqlite:///", "sqlite+aiosqlite:///", "sqlite+pysqlite:///"]
        guard let prefix = prefixes.first(where: url.hasPrefix) else {
            self = .postgres(try PostgresLocation(url: url))
            return
        }
        let path = url.dropFirst(prefix.count).prefix { $0 != "?" }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .unsupportedURL }
        self = .sqlite(path: String(path))
    }

    /// The forms of `DATABASE_URL`, for help and error texts.
    public static let forms =
        "sqlite:///relative/path, sqlite:////absolute/path or postgresql://user:password@host/database"

    /// Where sessions are kept when `DATABASE_URL` is not set: `cdp-proxy/cdp-proxy.sqlite3` in `XDG_DATA_HOME`, else
    /// `/var/lib/cdp-proxy/cdp-proxy.sqlite3`.
    public static func standard(dataHome: String?) -> DatabaseLocation {
        guard let dataHome, dataHome.hasPrefix("/") else {
            return .sqlite(path: "/var/lib/cdp-proxy/cdp-proxy.sqlite3")
        }
        return .sqlite(path: "\(dataHome)/cdp-proxy/cdp-proxy.sqlite3")
    }
}
