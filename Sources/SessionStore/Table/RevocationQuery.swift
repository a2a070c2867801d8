/// The statements on the table of revocations, in SQL that both SQLite and PostgreSQL accept. Every statement is a literal of
/// this file, and every value is a parameter.
enum RevocationQuery: CaseIterable, Sendable {
    /// Those said at a moment ($1) or later and not over at another ($2), oldest first.
    case list
    /// Adds one: the five columns in the order of the statement.
    case insert
    /// Adds one, as ``insert`` does, if there is an API key of an id ($6).
    case insertForKey
    /// Reads no row but names every column, so that it fails on a table without one of them.
    case probe

    /// The statement, with parameters `$1`, `$2`, … as PostgreSQL writes them.
    var sql: String {
        switch self {
        case .list:
            "SELECT \(Self.all) FROM revocations WHERE revoked_at >= $1 AND expires_at > $2 ORDER BY revoked_at, id"
        case .insert: "\(Self.into) VALUES ($1, $2, $3, $4, $5)"
        case .insertForKey: "\(Self.into) SELECT $1, $2, $3, $4, $5 FROM api_keys WHERE id = $6"
        case .probe: "SELECT \(Self.all) FROM revocations LIMIT 0"
        }
    }

    /// Whether the statement changes nothing, so that it may run again after a lost answer.
    var isRead: Bool {
        switch self {
        case .list, .probe: true
        case .insert, .insertForKey: false
        }
    }

    /// The columns of the table in the order of reading.
    static let columns = ["kind", "subject", "revoked_at", "id", "expires_at"]

    private static let into = "INSERT INTO revocations (id, kind, subject, revoked_at, expires_at)"
    private static let all = columns.joined(separator: ", ")
}
