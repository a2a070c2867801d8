/// Which database holds the stored sessions, read from `DATABASE_URL`.
///
/// PostgreSQL becomes another case; whoever opens a store switches over this.
public enum DatabaseLocation: Sendable, Equatable {
    /// A SQLite file; a relative path counts from the working directory.
    case sqlite(path: String)

    /// Reads SQLAlchemy's SQLite URLs: `sqlite:///relative`, `sqlite:////absolute`, `sqlite+aiosqlite:///…`. A query
    /// (`?…`) is left off; `%41` stands for itself, as it does in SQLAlchemy. A URL may hold a password, so that no
    /// error repeats it.
    public init(url: String) throws(SessionStoreError) {
        let prefixes = ["sqlite:///", "sqlite+aiosqlite:///", "sqlite+pysqlite:///"]
        guard let prefix = prefixes.first(where: url.hasPrefix) else { throw .unsupportedURL }
        let path = url.dropFirst(prefix.count).prefix { $0 != "?" }
        guard !path.isEmpty, path != ":memory:", !path.utf8.contains(0) else { throw .unsupportedURL }
        self = .sqlite(path: String(path))
    }

    /// Where sessions are kept when `DATABASE_URL` is not set: `cdp-proxy/cdp-proxy.sqlite3` in `XDG_DATA_HOME`, else
    /// `/var/lib/cdp-proxy/cdp-proxy.sqlite3`.
    public static func standard(dataHome: String?) -> DatabaseLocation {
        guard let dataHome, dataHome.hasPrefix("/") else {
            return .sqlite(path: "/var/lib/cdp-proxy/cdp-proxy.sqlite3")
        }
        return .sqlite(path: "\(dataHome)/cdp-proxy/cdp-proxy.sqlite3")
    }
}
