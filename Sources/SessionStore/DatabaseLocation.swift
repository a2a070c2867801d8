/// The database that holds the stored sessions, read from `DATABASE_URL`. ``SessionStores`` opens it.
public enum DatabaseLocation: Sendable, Equatable {
    /// A SQLite file; a relative path starts at the working directory. `:memory:` is a database inside the process, and
    /// exists only once it is created.
    case sqlite(path: String)
    /// A database on a PostgreSQL server.
    case postgres(PostgresLocation)

    /// Reads SQLAlchemy's and libpq's URLs.
    ///
    /// SQLite: `sqlite:///relative`, `sqlite:////absolute`, `sqlite:///:memory:`, `sqlite+aiosqlite:///…`. It drops a
    /// query (`?…`) and does not decode `%41`, as SQLAlchemy does not. PostgreSQL: see ``PostgresLocation/init(url:)``.
    /// A URL may hold a password, so no error repeats it.
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

    /// The location of sessions when `DATABASE_URL` is not set: `cdp-proxy/cdp-proxy.sqlite3` in `XDG_DATA_HOME`, else
    /// `/var/lib/cdp-proxy/cdp-proxy.sqlite3`.
    public static func standard(dataHome: String?) -> DatabaseLocation {
        guard let dataHome, dataHome.hasPrefix("/") else {
            return .sqlite(path: "/var/lib/cdp-proxy/cdp-proxy.sqlite3")
        }
        return .sqlite(path: "\(dataHome)/cdp-proxy/cdp-proxy.sqlite3")
    }
}
