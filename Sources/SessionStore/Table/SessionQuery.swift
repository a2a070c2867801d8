/// The statements on the table, in SQL that both SQLite and PostgreSQL accept. Every statement is a literal of this
/// file, and every value is a parameter.
enum SessionQuery: CaseIterable, Sendable {
    /// All sessions, newest first.
    case listAll
    /// One user's sessions ($1), newest first.
    case listOfUser
    /// Metadata by id ($1).
    case metadataByID
    /// Metadata by user ($1) and name ($2).
    case metadataByName
    /// A row by id ($1).
    case rowByID
    /// A row by user ($1) and name ($2).
    case rowByName
    /// Adds a row: the ten columns in the order of the statement.
    case insert
    /// Adds a row (the same ten columns) unless its user ($11, the same value as $2) already has $12 rows; returns its
    /// id.
    case insertWithinLimit
    /// Overwrites the row of an id ($1) and user ($2) with $3 to $9; returns its id.
    case replace
    /// Sets those columns of the row of an id ($1) and user ($2) whose parameter is not NULL; returns its metadata.
    case update
    /// Deletes the row of an id ($1) and user ($2); returns its id.
    case delete
    /// Reads no row but names every column, so that it fails on a table without one of them.
    case probe

    /// The statement, with parameters `$1`, `$2`, … as PostgreSQL writes them.
    var sql: String {
        switch self {
        case .listAll: "SELECT \(Self.metadata) FROM browser_sessions ORDER BY created_at DESC, id"
        case .listOfUser:
            "SELECT \(Self.metadata) FROM browser_sessions WHERE user_id = $1 ORDER BY created_at DESC, id"
        case .metadataByID: "SELECT \(Self.metadata) FROM browser_sessions WHERE id = $1"
        case .metadataByName: "SELECT \(Self.metadata) FROM browser_sessions WHERE user_id = $1 AND name = $2"
        case .rowByID: "SELECT \(Self.all) FROM browser_sessions WHERE id = $1"
        case .rowByName: "SELECT \(Self.all) FROM browser_sessions WHERE user_id = $1 AND name = $2"
        case .insert:
            """
            INSERT INTO browser_sessions (id, user_id, name, description, domains, storage_state_encrypted, iv,
                expires_at, updated_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """
        case .insertWithinLimit:
            """
            INSERT INTO browser_sessions (id, user_id, name, description, domains, storage_state_encrypted, iv,
                expires_at, updated_at, created_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
            WHERE (SELECT COUNT(*) FROM browser_sessions WHERE user_id = $11) < CAST($12 AS INTEGER)
            RETURNING id
            """
        case .replace:
            """
            UPDATE browser_sessions SET name = $3, description = $4, domains = $5, storage_state_encrypted = $6,
                iv = $7, expires_at = $8, updated_at = $9
            WHERE id = $1 AND user_id = $2 RETURNING id
            """
        case .update:
            """
            UPDATE browser_sessions SET name = COALESCE($3, name), description = COALESCE($4, description),
                expires_at = COALESCE($5, expires_at), iv = COALESCE($6, iv),
                storage_state_encrypted = COALESCE($7, storage_state_encrypted), updated_at = $8
            WHERE id = $1 AND user_id = $2 RETURNING \(Self.metadata)
            """
        case .delete: "DELETE FROM browser_sessions WHERE id = $1 AND user_id = $2 RETURNING id"
        case .probe: "SELECT \(Self.all) FROM browser_sessions LIMIT 0"
        }
    }

    /// Whether the statement changes nothing, so that it may run again after a lost answer.
    var isRead: Bool {
        switch self {
        case .listAll, .listOfUser, .metadataByID, .metadataByName, .rowByID, .rowByName, .probe: true
        case .insert, .insertWithinLimit, .replace, .update, .delete: false
        }
    }

    /// Whether the rows it counts must not change until it has written. Such statements of one user run one at a time.
    var needsUserLock: Bool { self == .insertWithinLimit }

    /// The columns of the table in the order of reading: metadata first, then the sealed state.
    static let columns = [
        "id", "user_id", "name", "description", "domains", "expires_at", "created_at", "updated_at",
        "storage_state_encrypted", "iv",
    ]

    private static let metadata = columns.prefix(8).joined(separator: ", ")
    private static let all = columns.joined(separator: ", ")
}
