/// Opens the store at a location. Only this type tells the kinds of database apart.
public enum SessionStores {
    /// Opens the store off the caller's thread. `creating` makes what is missing: a file of mode 0600, and the table.
    ///
    /// A SQLite file is opened and checked at once. A PostgreSQL server is connected to at the first call
    /// (``SessionStore/check()`` is enough). But `creating` connects at once to make the table; if that throws
    /// `unavailable`, the caller may try again.
    @concurrent
    public static func open(
        _ location: DatabaseLocation,
        creating: Bool
    ) async throws(SessionStoreError) -> any SessionStore {
        switch location {
        case .sqlite(let path): return SessionTable(database: try SQLiteDatabase(path: path, creating: creating))
        case .postgres(let location):
            let database = try PostgresDatabase(at: location)
            if creating { try await database.createTable() }
            return SessionTable(database: database)
        }
    }

    /// Opens an existing store on the caller's thread: for the start of a program, before it serves requests.
    public static func openExisting(_ location: DatabaseLocation) throws(SessionStoreError) -> any SessionStore {
        switch location {
        case .sqlite(let path): SessionTable(database: try SQLiteDatabase(path: path, creating: false))
        case .postgres(let location): SessionTable(database: try PostgresDatabase(at: location))
        }
    }
}
