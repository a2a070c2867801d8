/// The types that the table's columns may have, by PostgreSQL's fixed numbers (`pg_type.dat`).
enum PostgresType: UInt32 {
    /// `bytea`
    case bytes = 17
    /// `text`
    case text = 25
    /// `character varying`
    case varchar = 1043
    /// `timestamp without time zone`, which holds UTC.
    case moment = 1114
    /// `timestamp with time zone`
    case momentWithZone = 1184

    /// Whether one of the table's columns may be of this type.
    func fits(_ column: String) -> Bool {
        switch self {
        case .bytes: column == "storage_state_encrypted" || column == "iv"
        case .text, .varchar: ["id", "user_id", "name", "description", "domains"].contains(column)
        case .moment, .momentWithZone: column.hasSuffix("_at")
        }
    }
}
