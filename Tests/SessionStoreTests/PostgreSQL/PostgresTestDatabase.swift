@testable import SessionStore

/// A database for one test, with or without the table.
struct PostgresTestDatabase {
    let server: PostgresServer
    let address: PostgresServer.Address
    let name: String

    /// Makes an empty database, on the shared server unless the test has a server of its own.
    init(on server: PostgresServer = .shared, withTable: Bool = true) async throws {
        self.server = server
        address = try await server.address()
        name = try await server.makeDatabase()
        guard withTable else { return }
        let store = try store()
        try await store.database.createTable()
        await store.close()
    }

    /// The location of the database.
    func location(
        user: String = "owner",
        password: String? = nil,
        host: String = "127.0.0.1",
        query: String = ""
    ) throws -> PostgresLocation {
        try PostgresLocation(url: address.url(name, user: user, password: password, host: host, query: query))
    }

    /// A store on the database, with limits for the test.
    func store(
        _ limits: PostgresLimits = .patient(),
        query: String = ""
    ) throws -> SessionTable<PostgresDatabase> {
        SessionTable(database: try PostgresDatabase(at: location(query: query), limits))
    }

    /// A connection to the database, for statements that no store runs.
    func connect() throws -> PostgresConnection {
        try PostgresConnection(to: location(), .patient())
    }

    /// The table's columns with their types, for a statement that makes such a table.
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
    /// Long timeouts, for tests that are not about time on a busy machine.
    static func patient(connections: Int = 8) -> PostgresLimits {
        PostgresLimits(
            connections: connections,
            wait: .seconds(60),
            connect: .seconds(60),
            statement: .seconds(60),
            silence: .seconds(3600)
        )
    }

    /// Short timeouts, for tests that wait until they end.
    static let short = PostgresLimits(
        connections: 1,
        wait: .milliseconds(200),
        connect: .milliseconds(200),
        statement: .milliseconds(400)
    )
}
