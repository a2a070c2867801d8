/// One of a pool's ways to the server: a connection, made when it is needed, on a queue of its own that may block.
actor PostgresLane {
    private nonisolated let queue = StoreQueue(label: "session-store-postgres")
    private let location: PostgresLocation
    private let limits: PostgresLimits
    private var connection: PostgresConnection?
    private var isClosed = false

    /// The actor's executor: the lane's own queue.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    /// A lane without a connection yet.
    init(to location: PostgresLocation, _ limits: PostgresLimits) {
        self.location = location
        self.limits = limits
    }

    /// See ``SessionDatabase/run(_:_:)``.
    func run(_ query: SessionQuery, _ parameters: [SQLValue]) throws(SessionStoreError) -> [[SQLValue]] {
        try ask(isRead: query.isRead) { (connection) throws(PostgresFault) in
            do throws(PostgresFault) {
                let result = try Self.result(of: query, parameters, on: connection)
                for (column, type) in zip(SessionQuery.columns, result.types) where type?.fits(column) != true {
                    throw .unusableColumn(column)
                }
                return result.rows
            } catch .refused("42703", _) {
                throw try Self.missingColumn(connection)
            }
        }
    }

    private static func result(
        of query: SessionQuery,
        _ parameters: [SQLValue],
        on connection: PostgresConnection
    ) throws(PostgresFault) -> PostgresResult {
        guard query.takesTurns else { return try connection.run(query, parameters) }
        do throws(PostgresFault) {
            try connection.run("BEGIN")
            // Held to the end of the transaction. What is counted after it was got is what others have committed.
            let user = parameters.dropFirst().first ?? .null
            try connection.run("SELECT pg_advisory_xact_lock(\(turns), hashtext($1))", [user])
        } catch .broken {
            // Nothing was changed, whatever of it was carried out.
            throw .broken(wasSent: false)
        }
        do throws(PostgresFault) {
            // Not prepared: a name that the server has forgotten would end the transaction.
            let result = try connection.run(query.sql, parameters)
            try connection.run("COMMIT")
            return result
        } catch {
            if !error.endsConnection { try connection.run("ROLLBACK") }
            throw error
        }
    }

    /// Makes the table when it is not there, and sees to it that it is as it should be. Of several that do so at once,
    /// one makes it.
    func createTable() throws(SessionStoreError) {
        // Whatever happened: a transaction that was not committed ends with its connection.
        defer { connection = nil }
        try ask(isRead: true) { (connection) throws(PostgresFault) in
            try connection.run("BEGIN")
            try connection.run("SELECT pg_advisory_xact_lock(\(Self.lock))")
            try Self.makeMissingTable(connection)
            try connection.run("COMMIT")
        }
        _ = try run(.probe, [])
    }

    /// Ends the connection; there will be no other.
    func close() {
        isClosed = true
        connection = nil
    }

    /// Asks on a connection that stands, and once more on another where that does no harm: a server that was restarted
    /// costs no error.
    private func ask<Answer>(
        isRead: Bool,
        _ question: (PostgresConnection) throws(PostgresFault) -> Answer
    ) throws(SessionStoreError) -> Answer {
        var isSecond = false
        while true {
            do throws(PostgresFault) {
                return try question(try openConnection())
            } catch {
                if error.endsConnection { connection = nil }
                guard !isSecond, error.allowsAnotherTry(ofRead: isRead) else {
                    throw SessionStoreError(error, at: location)
                }
                isSecond = true
            }
        }
    }

    private func openConnection() throws(PostgresFault) -> PostgresConnection {
        if let connection, connection.isQuiet { return connection }
        connection = nil
        guard !isClosed else { throw .unconnected(.unavailable(reason: "it has been closed")) }
        let opened = try PostgresConnection(to: location, limits)
        connection = opened
        return opened
    }

    private static func makeMissingTable(_ connection: PostgresConnection) throws(PostgresFault) {
        // Looked for first: who may use the table may not be allowed to make one.
        guard try connection.run("SELECT to_regclass('browser_sessions')::text").rows == [[.null]] else { return }
        do throws(PostgresFault) {
            for statement in schema { try connection.run(statement) }
        } catch .refused(let state, _) where ["42P07", "23505"].contains(state) {
            // Somebody who does not lock has made it meanwhile, the Python service perhaps. The transaction is void.
        }
    }

    /// Which column the table lacks.
    private static func missingColumn(_ connection: PostgresConnection) throws(PostgresFault) -> PostgresFault {
        let found = try connection.run(
            """
            SELECT attname::text FROM pg_attribute
            WHERE attrelid = to_regclass('browser_sessions') AND attnum > 0 AND NOT attisdropped
            """
        ).rows
        let missing = SessionQuery.columns.first { !found.contains([.text($0)]) }
        return missing.map(PostgresFault.unusableColumn) ?? .refused(state: "42703", constraint: nil)
    }

    /// What makers of the table lock each other out with; any number that nobody else uses.
    private static let lock = 0x6364_7070_726F_7879
    /// The first half of the number of a user's lock, the second being a hash of their id.
    private static let turns = 0x6364_7072

    /// The table as SQLAlchemy makes it, with one of its two equal indexes.
    private static let schema = [
        """
        CREATE TABLE browser_sessions (
            id VARCHAR(36) NOT NULL PRIMARY KEY,
            user_id VARCHAR(255) NOT NULL,
            name VARCHAR(50) NOT NULL,
            description VARCHAR(500),
            domains VARCHAR(1000) NOT NULL,
            storage_state_encrypted BYTEA NOT NULL,
            iv BYTEA NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT uq_user_session_name UNIQUE (user_id, name)
        )
        """,
        "CREATE INDEX idx_browser_sessions_user_id ON browser_sessions (user_id)",
    ]
}
