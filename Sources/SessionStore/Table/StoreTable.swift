/// A table of the store. The raw value is its name in the database.
enum StoreTable: String, CaseIterable, Sendable {
    /// Stored sessions, as the Python reference makes them.
    case sessions = "browser_sessions"
    /// API keys.
    case keys = "api_keys"
    /// Revocations.
    case revocations

    /// Its columns, in the order of reading.
    var columns: [String] {
        switch self {
        case .sessions: SessionQuery.columns
        case .keys: KeyQuery.columns
        case .revocations: RevocationQuery.columns
        }
    }

    /// What one of its columns holds.
    func content(of column: String) -> ColumnContent {
        switch (self, column) {
        case (.sessions, "storage_state_encrypted"), (.sessions, "iv"): .bytes
        case (.keys, "rate_limit"), (.keys, "window_count"): .integer
        case (.keys, "enabled"): .flag
        case _ where column.hasSuffix("_at"): .moment
        default: .text
        }
    }

    /// A statement that reads no row but names every column, so that it fails on a table without one of them.
    var probe: TableQuery {
        switch self {
        case .sessions: .sessions(.probe)
        case .keys: .keys(.probe)
        case .revocations: .revocations(.probe)
        }
    }

    /// Whether a database without it cannot be used. Databases are older than API keys and revocations: one
    /// without those tables has none.
    var mustExist: Bool { self == .sessions }
}

/// What a column of a table holds.
enum ColumnContent {
    /// A text.
    case text
    /// Bytes.
    case bytes
    /// A moment.
    case moment
    /// A number.
    case integer
    /// Yes or no.
    case flag
}
