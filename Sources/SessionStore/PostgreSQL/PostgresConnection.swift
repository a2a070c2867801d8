import CPostgres
import Glibc

/// One connection to a PostgreSQL server, with the statements prepared on it. It closes when its last reference goes.
/// One isolation (its worker's) may use it.
///
/// libpq never blocks here. The connection polls the socket itself, and only until a deadline: a broken network sends
/// no error that would end the wait. After ``PostgresFault/timedOut`` the connection is unusable.
@safe final class PostgresConnection {
    // Owned: PQconnectStartParams made it, and `deinit` finishes it once. Never handed out.
    private let handle: OpaquePointer
    private let limit: Duration
    private var names: [TableQuery: String] = [:]
    private var preparations = 0
    private var missingStatements = 0
    /// After this many unknown names, the connection prepares no more statements.
    private static let mostMissingStatements = 2
    /// Random, because other clients of the same connection pooler name their statements too.
    private let namePrefix = "cdp_proxy_\(UInt32.random(in: 0 ... .max))_"

    /// Connects, logs in, and sets the server's statement timeout. Blocks meanwhile.
    init(to location: PostgresLocation, _ limits: PostgresLimits) throws(PostgresFault) {
        guard Self.isLoaded else { throw .unconnected(.noLibrary) }
        guard let handle = unsafe Self.start(location.connectionParameters) else {
            throw .unconnected(.unavailable(reason: "out of memory"))
        }
        unsafe self.handle = handle
        limit = limits.statement
        // The server's full messages may quote stored values.
        unsafe CPQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
        unsafe cpostgres_discard_notices(handle)
        try connect(to: location, before: .now + (location.connectTimeout ?? limits.connect))
        unsafe CPQsetnonblocking(handle, 1)
        // The server stops a statement before the caller stops waiting for it.
        try setStatementTimeout(limits.statement * 0.9)
    }

    private func setStatementTimeout(_ time: Duration) throws(PostgresFault) {
        let milliseconds = "\(max(1, Int(time / .milliseconds(1))))"
        do throws(PostgresFault) {
            try run("SELECT set_config('statement_timeout', $1, false)", [.text(milliseconds)])
        } catch .broken {
            // The caller's own statement was not sent yet.
            throw .broken(wasSent: false)
        }
    }

    deinit {
        unsafe CPQfinish(handle)
    }

    /// Whether libpq is loaded. The first connection of the process loads it, since most stores need no PostgreSQL.
    static let isLoaded = cpostgres_load()

    /// Whether the connection is open and idle. If bytes have arrived without a query, it is not: they mean in nearly
    /// all cases that the server is closing the connection.
    var isUsable: Bool {
        guard unsafe CPQstatus(handle) == CONNECTION_OK else { return false }
        return poll(POLLIN, milliseconds: 0) == 0
    }

    /// Runs one of the tables' statements, and prepares it before its first use.
    func run(_ query: TableQuery, _ parameters: [SQLValue]) throws(PostgresFault) -> PostgresResult {
        // A pooler may give each transaction another server, which does not know the prepared name.
        guard missingStatements < Self.mostMissingStatements else { return try run(query.sql, parameters) }
        do throws(PostgresFault) {
            return try execute(try prepare(query), parameters)
        } catch .refused("26000", _) {
            // The server no longer knows the name and did nothing. The unprepared statement needs no name.
            missingStatements += 1
            names = [:]
            return try run(query.sql, parameters)
        }
    }

    /// Runs a statement of this module without preparing it.
    @discardableResult
    func run(_ sql: String, _ parameters: [SQLValue] = []) throws(PostgresFault) -> PostgresResult {
        let parameters = PostgresParameters(parameters)
        return try exchange {
            unsafe parameters.values.withPointers { values in
                unsafe CPQsendQueryParams(
                    handle,
                    sql,
                    parameters.values.count,
                    nil,
                    values,
                    parameters.lengths,
                    parameters.formats,
                    1
                )
            }
        }
    }

    /// Whether the database has this table, on the user's search path.
    func holds(_ table: StoreTable) throws(PostgresFault) -> Bool {
        try run("SELECT to_regclass($1)::text", [.text(table.rawValue)]).rows != [[.null]]
    }

    private func execute(_ name: String, _ parameters: [SQLValue]) throws(PostgresFault) -> PostgresResult {
        let parameters = PostgresParameters(parameters)
        return try exchange {
            unsafe parameters.values.withPointers { values in
                unsafe CPQsendQueryPrepared(
                    handle,
                    name,
                    parameters.values.count,
                    values,
                    parameters.lengths,
                    parameters.formats,
                    1
                )
            }
        }
    }

    private func prepare(_ query: TableQuery) throws(PostgresFault) -> String {
        if let name = names[query] { return name }
        preparations += 1
        let name = "\(namePrefix)\(preparations)"
        do throws(PostgresFault) {
            _ = try exchange { unsafe CPQsendPrepare(handle, name, query.sql, 0, nil) }
        } catch .broken {
            throw .broken(wasSent: false)
        }
        names[query] = name
        return name
    }

    // MARK: Notifications

    /// The payload of the next notification that has arrived; nil when there is none.
    func takeNotification() -> String? {
        guard let notification = unsafe CPQnotifies(handle) else { return nil }
        // libpq gives it away; the copy of its text is made before it is freed.
        defer { unsafe CPQfreemem(notification) }
        return unsafe String(cString: notification.pointee.extra)
    }

    /// Waits until the server has sent something, the watch is closed, or it is time.
    func listen(until deadline: ContinuousClock.Instant, or signal: WatchSignal) throws(PostgresFault) {
        guard unsafe CPQstatus(handle) == CONNECTION_OK else { throw .broken(wasSent: true) }
        if signal.pause(deadline - .now, or: unsafe CPQsocket(handle)) { try consume() }
    }

    // MARK: Waiting for the server

    private static func start(_ parameters: [(String, String)]) -> OpaquePointer? {
        var keywords = CStrings()
        var values = CStrings()
        for (keyword, value) in parameters {
            keywords.append(keyword.utf8)
            values.append(value.utf8)
        }
        keywords.appendNull()
        values.appendNull()
        return unsafe keywords.withPointers { keywords in
            unsafe values.withPointers { values in unsafe CPQconnectStartParams(keywords, values, 0) }
        }
    }

    private func connect(
        to location: PostgresLocation,
        before deadline: ContinuousClock.Instant
    ) throws(PostgresFault) {
        var state = PGRES_POLLING_WRITING
        do throws(PostgresFault) {
            // The status is bad at once when libpq does not accept its parameters.
            while state != PGRES_POLLING_OK, unsafe CPQstatus(handle) != CONNECTION_BAD {
                try wait(for: state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline)
                state = unsafe CPQconnectPoll(handle)
            }
        } catch {
            throw .unconnected(.unavailable(reason: "connecting to the server took too long"))
        }
        guard state == PGRES_POLLING_OK else {
            // libpq owns the text, which is valid until its next call.
            let message = unsafe String(cString: CPQerrorMessage(handle))
            throw .unconnected(SessionStoreError(connecting: location, message: message))
        }
    }

    /// Sends one message and returns its one result.
    private func exchange(_ send: () -> Int32) throws(PostgresFault) -> PostgresResult {
        let deadline = ContinuousClock.now + limit
        guard send() == 1 else { throw .broken(wasSent: false) }
        while true {
            let unsent = unsafe CPQflush(handle)
            guard unsent >= 0 else { throw .broken(wasSent: true) }
            guard unsent > 0 else { break }
            if try wait(for: POLLIN | POLLOUT, until: deadline) & POLLIN != 0 { try consume() }
        }
        var first: PostgresResult?
        // libpq accepts the next message only after the NULL that follows the last result.
        while let result = try nextResult(before: deadline) { first = first ?? result }
        guard let first else { throw .broken(wasSent: true) }
        if let fault = first.fault { throw fault }
        return first
    }

    private func nextResult(before deadline: ContinuousClock.Instant) throws(PostgresFault) -> PostgresResult? {
        while unsafe CPQisBusy(handle) != 0 {
            try wait(for: POLLIN, until: deadline)
            try consume()
        }
        guard let result = unsafe CPQgetResult(handle) else { return nil }
        return unsafe PostgresResult(result)
    }

    private func consume() throws(PostgresFault) {
        if unsafe CPQconsumeInput(handle) == 0 { throw .broken(wasSent: true) }
    }

    /// Waits for the socket and returns the events it is ready for.
    @discardableResult
    private func wait(
        for events: Int32,
        until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) -> Int32 {
        while true {
            let remaining = deadline - .now
            guard remaining > .zero else { throw .timedOut }
            let ready = poll(events, milliseconds: Int32((remaining / .milliseconds(1)).rounded(.up)))
            if ready != 0 { return ready }
        }
    }

    /// The events the socket is ready for within the timeout; 0 for none, or after a signal.
    private func poll(_ events: Int32, milliseconds: Int32) -> Int32 {
        var descriptor = pollfd(fd: unsafe CPQsocket(handle), events: Int16(events), revents: 0)
        // The descriptor's entry outlives the call, which writes only to it.
        return unsafe Glibc.poll(&descriptor, 1, milliseconds) > 0 ? Int32(descriptor.revents) : 0
    }
}

extension PostgresLocation {
    /// libpq's parameters: those of the URL, and defaults for the others.
    fileprivate var connectionParameters: [(String, String)] {
        let standard = [
            // libpq would otherwise look for Kerberos tickets.
            "gssencmode": "disable", "keepalives_idle": "60", "keepalives_interval": "10", "keepalives_count": "3",
            "fallback_application_name": "cdp-proxy", "client_encoding": "UTF8",
        ]
        return parameters.merging(standard) { given, _ in given }.sorted { $0.key < $1.key }
    }
}
