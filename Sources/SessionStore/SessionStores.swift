/// Opens the store at a location: the one place that tells databases apart.
public enum SessionStores {
    /// Opens the store, off the caller's thread; `creating` makes what is missing, a file of mode 0600 and the table.
    ///
    /// A SQLite file is opened and checked at once. A PostgreSQL server is connected to when it is asked first
    /// (``SessionStore/check()`` does no more than that), except that making the table needs it: `unavailable` then
    /// means that the caller may try again.
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

    /// Opens a store that is there, on the caller's thread: for the start of a program, before it serves anybody.
    public static func openExisting(_ location: DatabaseLocation) throws(SessionStoreError) -> any SessionStore {
        switch location {
        case .sqlite(let path): SessionTable(database: try SQLiteDatabase(path: path, creating: false))
        case .postgres(let location): SessionTable(database: try PostgresDatabase(at: location))
        }
    }
}
