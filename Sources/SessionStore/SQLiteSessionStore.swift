import Glibc

/// Stored sessions in one SQLite file, in the table the Python reference makes with SQLAlchemy.
///
/// An actor on a queue of its own: its methods may be awaited from the event loop, which they never block.
public actor SQLiteSessionStore: SessionStore {
    private nonisolated let queue = StoreQueue(label: "session-store")
    private let database: SQLiteDatabase

    /// The actor's executor: the store's own queue.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    /// Opens the database at `path` and checks it: its pages, and that the table is there. Blocks while it does.
    ///
    /// - Parameter creating: makes a missing file (mode 0600) and table; otherwise they are errors.
    public init(path: String, creating: Bool = false) throws(SessionStoreError) {
        try Self.prepareFile(at: path, creating: creating)
        let database = try SQLiteDatabase(path: path)
        try Self.check(database)
        if creating { try database.run(Self.schema) }
        // Readers and the one writer do not wait for each other. A file on a read-only mount stays as it is.
        do { try database.run("PRAGMA journal_mode=WAL") } catch { if case .corrupt = error { throw error } }
        _ = try database.prepare(Self.probe)
        self.database = database
    }

    /// Sees to it that the file is there before SQLite opens it, so that it never has another mode than 0600.
    private static func prepareFile(at path: String, creating: Bool) throws(SessionStoreError) {
        if unsafe access(path, F_OK) == 0 { return }
        guard creating else { throw .missing(path: path) }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { unsafe mkdir(String(path[..<slash]), 0o700) }
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unopenable(path: path, reason: unsafe String(cString: strerror(errno))) }
        close(descriptor)
    }

    private static func check(_ database: borrowing SQLiteDatabase) throws(SessionStoreError) {
        var statement = try database.prepare("PRAGMA quick_check(1)")
        guard try database.advance(&statement), statement.text(0) == "ok" else { throw .corrupt(path: database.path) }
    }
}

extension SQLiteSessionStore {
    /// See `SessionStore.list`.
    public func list(userID: String?) throws(SessionStoreError) -> [SessionMetadata] {
        var statement = try database.prepare(Self.listing)
        statement.bind(1, userID)
        var found: [SessionMetadata] = []
        while try database.advance(&statement) { found.append(try Self.metadata(of: statement)) }
        return found
    }

    /// See `SessionStore.row(id:)`.
    public func row(id: String) throws(SessionStoreError) -> SessionRow? {
        var statement = try database.prepare(Self.byID)
        statement.bind(1, id)
        return try row(of: &statement)
    }

    /// See `SessionStore.row(userID:name:)`.
    public func row(userID: String, name: String) throws(SessionStoreError) -> SessionRow? {
        var statement = try database.prepare(Self.byName)
        statement.bind(1, userID)
        statement.bind(2, name)
        return try row(of: &statement)
    }

    /// See `SessionStore.insert`.
    public func insert(_ row: SessionRow) throws(SessionStoreError) {
        var statement = try database.prepare(Self.insertion)
        Self.bind(row, to: &statement)
        statement.bind(10, row.metadata.createdAt.databaseText)
        _ = try database.advance(&statement)
    }

    /// See `SessionStore.replace`.
    public func replace(_ row: SessionRow) throws(SessionStoreError) -> Bool {
        var statement = try database.prepare(Self.replacement)
        Self.bind(row, to: &statement)
        _ = try database.advance(&statement)
        return database.changes == 1
    }

    /// See `SessionStore.delete`.
    public func delete(id: String, userID: String) throws(SessionStoreError) -> Bool {
        var statement = try database.prepare(Self.deletion)
        statement.bind(1, id)
        statement.bind(2, userID)
        _ = try database.advance(&statement)
        return database.changes == 1
    }

    private func row(of statement: inout SQLiteStatement) throws(SessionStoreError) -> SessionRow? {
        guard try database.advance(&statement) else { return nil }
        return SessionRow(
            metadata: try Self.metadata(of: statement),
            ciphertext: statement.bytes(8),
            iv: statement.bytes(9)
        )
    }
}
