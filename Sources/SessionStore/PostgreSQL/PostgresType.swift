/// The types that the tables' columns may have, by PostgreSQL's fixed numbers (`pg_type.dat`).
enum PostgresType: UInt32 {
    /// `boolean`
    case flag = 16
    /// `bytea`
    case bytes = 17
    /// `integer`
    case integer = 23
    /// `text`
    case text = 25
    /// `character varying`
    case varchar = 1043
    /// `timestamp without time zone`, which holds UTC.
    case moment = 1114
    /// `timestamp with time zone`
    case momentWithZone = 1184

    /// Whether one of the tables' columns may be of this type.
    func fits(_ column: String) -> Bool {
        switch self {
        case .bytes: column == "storage_state_encrypted" || column == "iv"
        case .text, .varchar: Self.textColumns.contains(column)
        case .moment, .momentWithZone: column.hasSuffix("_at")
        case .integer: column == "rate_limit" || column == "window_count"
        case .flag: column == "enabled"
        }
    }

    private static let textColumns = [
        "id", "user_id", "name", "description", "domains", "key_hash", "roles", "kind", "subject",
    ]
}
