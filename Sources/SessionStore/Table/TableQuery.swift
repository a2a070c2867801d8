/// A statement on one of the tables. Every one is a literal of this folder, and every value is a parameter.
enum TableQuery: Hashable, Sendable {
    /// On the stored sessions.
    case sessions(SessionQuery)
    /// On the API keys.
    case keys(KeyQuery)
    /// On the revocations.
    case revocations(RevocationQuery)

    /// The table that it reads or changes.
    var table: StoreTable {
        switch self {
        case .sessions: .sessions
        case .keys: .keys
        case .revocations: .revocations
        }
    }

    /// The statement, with parameters `$1`, `$2`, … as PostgreSQL writes them.
    var sql: String {
        switch self {
        case .sessions(let query): query.sql
        case .keys(let query): query.sql
        case .revocations(let query): query.sql
        }
    }

    /// Whether the statement changes nothing, so that it may run again after a lost answer.
    var isRead: Bool {
        switch self {
        case .sessions(let query): query.isRead
        case .keys(let query): query.isRead
        case .revocations(let query): query.isRead
        }
    }

    /// Whether others wait to hear of what it changes (``RevocationWatch``).
    var isAnnounced: Bool {
        switch self {
        case .sessions, .keys: false
        case .revocations(let query): !query.isRead
        }
    }

    /// Whether the rows it counts must not change until it has written. Such statements of one user run one at a time.
    var needsUserLock: Bool {
        switch self {
        case .sessions(let query): query.needsUserLock
        case .keys, .revocations: false
        }
    }
}
