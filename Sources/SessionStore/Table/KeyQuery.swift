/// The statements on the table of API keys, in SQL that both SQLite and PostgreSQL accept. Every statement is a literal of
/// this file, and every value is a parameter.
enum KeyQuery: CaseIterable, Sendable {
    /// All keys, newest first.
    case list
    /// The key of a hash ($1).
    case byHash
    /// Adds a key: the eight columns in the order of the statement.
    case insert
    /// Takes the key of an id ($1) out of use; returns its id.
    case revoke
    /// Counts one use of the key of a hash ($1) at a moment ($2), unless the key may not be used then, and returns it.
    /// Uses count in the hour that begins at $3 and ends at $4.
    ///
    /// An hour that another process began counts too, if its clock is ahead by less than an hour.
    case use
    /// Reads no row but names every column, so that it fails on a table without one of them.
    case probe

    /// The statement, with parameters `$1`, `$2`, … as PostgreSQL writes them.
    var sql: String {
        switch self {
        case .list: "SELECT \(Self.all) FROM api_keys ORDER BY created_at DESC, id"
        case .byHash: "SELECT \(Self.all) FROM api_keys WHERE key_hash = $1"
        case .insert:
            """
            INSERT INTO api_keys (id, name, key_hash, user_id, roles, created_at, expires_at, rate_limit, enabled,
                window_count)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, 0)
            """
        case .revoke: "UPDATE api_keys SET enabled = FALSE WHERE id = $1 RETURNING id"
        case .use:
            """
            UPDATE api_keys SET last_used_at = $2,
                window_started_at = CASE WHEN window_started_at BETWEEN $3 AND $4 THEN window_started_at ELSE $3 END,
                window_count = CASE WHEN window_started_at BETWEEN $3 AND $4 THEN window_count + 1 ELSE 1 END
            WHERE key_hash = $1 AND enabled AND (expires_at IS NULL OR expires_at > $2) AND (rate_limit IS NULL
                OR rate_limit > CASE WHEN window_started_at BETWEEN $3 AND $4 THEN window_count ELSE 0 END)
            RETURNING \(Self.all)
            """
        case .probe: "SELECT \(Self.all) FROM api_keys LIMIT 0"
        }
    }

    /// Whether the statement changes nothing, so that it may run again after a lost answer.
    var isRead: Bool {
        switch self {
        case .list, .byHash, .probe: true
        case .insert, .revoke, .use: false
        }
    }

    /// The columns of the table in the order of reading: those of a record first.
    static let columns = [
        "id", "name", "user_id", "roles", "created_at", "expires_at", "rate_limit", "enabled", "last_used_at",
        "key_hash", "window_started_at", "window_count",
    ]

    private static let all = columns.joined(separator: ", ")
}
