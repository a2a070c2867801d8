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

    /// Whether a column that holds this may be of this type.
    func fits(_ content: ColumnContent) -> Bool {
        switch self {
        case .bytes: content == .bytes
        case .text, .varchar: content == .text
        case .moment, .momentWithZone: content == .moment
        case .integer: content == .integer
        case .flag: content == .flag
        }
    }
}
