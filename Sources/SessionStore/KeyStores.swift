/// Opens the API keys at a location. Only this type and ``SessionStores`` tell the kinds of database apart.
public enum KeyStores {
    /// Opens the keys off the caller's thread. `creating` makes what is missing: a file of mode 0600, and the tables, that
    /// of stored sessions too, so that every command finds a whole database.
    ///
    /// What is checked when follows ``SessionStores/open(_:creating:)``.
    @concurrent
    public static func open(
        _ location: DatabaseLocation,
        creating: Bool
    ) async throws(SessionStoreError) -> any KeyStore {
        switch location {
        case .sqlite(let path):
            let tables = creating ? StoreTable.allCases : [.keys]
            return KeyTable(database: try SQLiteDatabase(path: path, creating: creating, for: tables))
        case .postgres(let location):
            let database = try PostgresDatabase(at: location)
            if creating { for table in StoreTable.allCases { try await database.createTable(table) } }
            return KeyTable(database: database)
        }
    }

    /// Whether keys are kept in the database: its table is made with the first one. Blocks meanwhile: for the start of a
    /// program.
    public static func areKept(in location: DatabaseLocation) throws(SessionStoreError) -> Bool {
        switch location {
        case .sqlite(let path): return try SQLiteConnection(path: path).holds(.keys)
        case .postgres(let location):
            do throws(PostgresFault) {
                return try PostgresConnection(to: location, PostgresLimits()).holds(.keys)
            } catch {
                throw SessionStoreError(error, of: .keys, at: location)
            }
        }
    }
}
