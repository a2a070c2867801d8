@testable import SessionStore

/// A database of a test's own on a server, with or without the table.
struct PostgresScene {
    let server: PostgresServer
    let address: PostgresServer.Address
    let name: String

    /// An empty database, on the shared server unless the test has its own.
    init(on server: PostgresServer = .shared, withTable: Bool = true) async throws {
        self.server = server
        address = try await server.address()
        name = try await server.makeDatabase()
        guard withTable else { return }
        let store = try store()
        try await store.database.createTable()
        await store.close()
    }

    /// Where it is.
    func location(
        user: String = "owner",
        password: String? = nil,
        host: String = "127.0.0.1",
        query: String = ""
    ) throws -> PostgresLocation {
        try PostgresLocation(url: address.url(name, user: user, password: password, host: host, query: query))
    }

    /// A store over it, with limits of the test's own.
    func store(
        _ limits: PostgresLimits = .patient(),
        query: String = ""
    ) throws -> SessionTable<PostgresDatabase> {
        SessionTable(database: try PostgresDatabase(at: location(query: query), limits))
    }

    /// A connection to it, for what a store does not do.
    func connect() throws -> PostgresConnection {
        try PostgresConnection(to: location(), .patient())
    }

    /// The table's columns with their types, as a statement that makes another table has them.
    func columns() throws -> String {
        let rows = try connect().run(
            """
            SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = 'browser_sessions'::regclass AND attnum > 0
            """
        ).rows
        return rows.first?.first?.asText ?? ""
    }

    /// Runs one line of SQL as the superuser.
    func sql(_ text: String) async throws {
        try await server.sql(text, in: name)
    }
}

extension PostgresLimits {
    /// Limits for what is not about time, which a machine with much else to do keeps too.
    static func patient(connections: Int = 8) -> PostgresLimits {
        PostgresLimits(connections: connections, wait: .seconds(60), connect: .seconds(60), statement: .seconds(60))
    }

    /// Limits that a test need not wait long for.
    static let short = PostgresLimits(
        connections: 1,
        wait: .milliseconds(200),
        connect: .milliseconds(200),
        statement: .milliseconds(400)
    )
}
