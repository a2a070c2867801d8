/// One worker of a pool: a connection, opened when needed, and a queue of its own on which it may block.
actor PostgresWorker {
    private nonisolated let queue = StoreQueue(label: "session-store-postgres")
    private let location: PostgresLocation
    private let limits: PostgresLimits
    private var connection: PostgresConnection?
    private var isClosed = false

    /// The actor's executor: the worker's own queue.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

    /// A worker without an open connection.
    init(to location: PostgresLocation, _ limits: PostgresLimits) {
        self.location = location
        self.limits = limits
    }

    /// See ``SessionDatabase/run(_:_:)``.
    func run(_ query: TableQuery, _ parameters: [SQLValue]) throws(SessionStoreError) -> [[SQLValue]] {
        try ask(about: query.table, isRead: query.isRead) { (connection) throws(PostgresFault) in
            do throws(PostgresFault) {
                return try Self.rows(of: try Self.result(of: query, parameters, on: connection), query.table)
            } catch .refused("42703", _) {
                throw try Self.missingColumn(of: query.table, connection)
            }
        }
    }

    /// See ``SessionDatabase/commit(_:)``.
    func commit(_ statements: [TableStatement]) throws(SessionStoreError) -> [[[SQLValue]]] {
        try ask(about: .sessions, isRead: false) { (connection) throws(PostgresFault) in
            let answers: [[[SQLValue]]]
            do throws(PostgresFault) {
                answers = try Self.answers(to: statements, on: connection)
            } catch .broken {
                // Nothing counts before the end of the transaction.
                throw .broken(wasSent: false)
            } catch {
                if !error.endsConnection { try connection.run("ROLLBACK") }
                throw error
            }
            try connection.run("COMMIT")
            return answers
        }
    }

    /// Runs statements in a transaction that is left open. Who listens is told at its end.
    private static func answers(
        to statements: [TableStatement],
        on connection: PostgresConnection
    ) throws(PostgresFault) -> [[[SQLValue]]] {
        try connection.run("BEGIN")
        var answers: [[[SQLValue]]] = []
        for each in statements {
            do throws(PostgresFault) {
                // Not prepared: a name the server does not know would abort the transaction.
                answers.append(try rows(of: try connection.run(each.query.sql, each.parameters), each.query.table))
            } catch .refused("42P01", _) {
                throw .noTable(each.query.table)
            }
        }
        if statements.contains(where: \.query.isAnnounced) { try connection.announce() }
        return answers
    }

    /// The rows of a result, if its columns are those of the table.
    private static func rows(of result: PostgresResult, _ table: StoreTable) throws(PostgresFault) -> [[SQLValue]] {
        for (column, type) in zip(table.columns, result.types) where type?.fits(table.content(of: column)) != true {
            throw .unusableColumn(column)
        }
        return result.rows
    }

    private static func result(
        of query: TableQuery,
        _ parameters: [SQLValue],
        on connection: PostgresConnection
    ) throws(PostgresFault) -> PostgresResult {
        guard query.needsUserLock else { return try connection.run(query, parameters) }
        do throws(PostgresFault) {
            try connection.run("BEGIN")
            // The lock lasts until the transaction ends. So the count that follows sees all rows others have committed.
            let user = parameters.dropFirst().first ?? .null
            try connection.run("SELECT pg_advisory_xact_lock(\(userLock), hashtext($1))", [user])
        } catch .broken {
            // The transaction has changed nothing yet, whether or not the server saw it.
            throw .broken(wasSent: false)
        }
        do throws(PostgresFault) {
            // Not prepared: a name the server does not know would abort the transaction.
            let result = try connection.run(query.sql, parameters)
            try connection.run("COMMIT")
            return result
        } catch {
            if !error.endsConnection { try connection.run("ROLLBACK") }
            throw error
        }
    }

    /// Makes a table if it is missing, and checks its columns. If several processes do so at once, one of them makes it.
    func createTable(_ table: StoreTable) throws(SessionStoreError) {
        // On an error the transaction is still open: closing the connection rolls it back.
        defer { connection = nil }
        try ask(about: table, isRead: true) { (connection) throws(PostgresFault) in
            try connection.run("BEGIN")
            try connection.run("SELECT pg_advisory_xact_lock(\(Self.tableLock))")
            try Self.makeMissingTable(table, connection)
            try connection.run("COMMIT")
        }
        _ = try run(table.probe, [])
    }

    /// Closes the connection for good.
    func close() {
        isClosed = true
        connection = nil
    }

    /// Asks on the open connection, and where that is safe once more on a new one, so that a server's restart causes no
    /// error.
    private func ask<Answer>(
        about table: StoreTable,
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
                    throw SessionStoreError(error, of: table, at: location)
                }
                isSecond = true
            }
        }
    }

    private func openConnection() throws(PostgresFault) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        guard !isClosed else { throw .unconnected(.unavailable(reason: "it has been closed")) }
        let opened = try PostgresConnection(to: location, limits)
        connection = opened
        return opened
    }

    private static func makeMissingTable(
        _ table: StoreTable,
        _ connection: PostgresConnection
    ) throws(PostgresFault) {
        // Looks first, because a user that may use the table may not be allowed to make one.
        guard try !connection.holds(table) else { return }
        do throws(PostgresFault) {
            for statement in table.postgresSchema { try connection.run(statement) }
        } catch .refused(let state, _) where ["42P07", "23505"].contains(state) {
            // Another process that does not take the lock, such as the Python service, has just made it. The
            // transaction is void, and `createTable` closes it.
        }
    }

    /// The fault that names the column the table lacks.
    private static func missingColumn(
        of table: StoreTable,
        _ connection: PostgresConnection
    ) throws(PostgresFault) -> PostgresFault {
        let found = try connection.run(
            """
            SELECT attname::text FROM pg_attribute
            WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
            """,
            [.text(table.rawValue)]
        ).rows
        let missing = table.columns.first { !found.contains([.text($0)]) }
        return missing.map(PostgresFault.unusableColumn) ?? .refused(state: "42703", constraint: nil)
    }

    /// The advisory lock of the processes that make a table. Any number that no other program uses.
    private static let tableLock = 0x6364_7070_726F_7879
    /// The first key of a user's advisory lock. The second is a hash of the user's id.
    private static let userLock = 0x6364_7072
}
