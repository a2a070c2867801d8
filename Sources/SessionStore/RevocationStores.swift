/// Opens the revocations at a location.
public enum RevocationStores {
    /// Opens the revocations off the caller's thread. `creating` makes what is missing, as ``KeyStores/open(_:creating:)`` does;
    /// without it a SQLite file must be there, and its table is made with the first revocation.
    @concurrent
    public static func open(
        _ location: DatabaseLocation,
        creating: Bool
    ) async throws(SessionStoreError) -> any RevocationStore {
        switch location {
        case .sqlite(let path):
            let tables = creating ? StoreTable.allCases : [.revocations]
            return RevocationTable(database: try SQLiteDatabase(path: path, creating: creating, for: tables))
        case .postgres(let location):
            let database = try PostgresDatabase(at: location)
            if creating { for table in StoreTable.allCases { try await database.createTable(table) } }
            return RevocationTable(database: database)
        }
    }
}
