import CPostgres
import Glibc

/// One connection to a server, with the statements prepared on it; ended when it goes. Used by one isolation at a time
/// (its lane's).
///
/// libpq never blocks here: this object waits for the socket, and no longer than to the deadline, since a network that
/// has died says nothing at all. After ``PostgresFault/overdue`` the connection is of no use.
@safe final class PostgresConnection {
    // Owned: made by PQconnectStartParams, given back once, in `deinit`. Never handed out.
    private let handle: OpaquePointer
    private let limit: Duration
    private var names: [SessionQuery: String] = [:]
    private var preparations = 0
    private var forgotten = 0
    /// Other clients of a pooler before the server name their statements too.
    private let namePrefix = "cdp_proxy_\(UInt32.random(in: 0 ... .max))_"

    /// Connects, logs in, and tells the server when to give a statement up. Blocks while it does.
    init(to location: PostgresLocation, _ limits: PostgresLimits) throws(PostgresFault) {
        guard Self.isLoaded else { throw .unconnected(.noLibrary) }
        guard let handle = unsafe Self.start(location.connectionParameters) else {
            throw .unconnected(.unavailable(reason: "there is no memory"))
        }
        unsafe self.handle = handle
        limit = limits.statement
        // The server's messages may hold values.
        unsafe CPQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
        unsafe cpostgres_discard_notices(handle)
        try connect(to: location, before: .now + (location.connectTimeout ?? limits.connect))
        unsafe CPQsetnonblocking(handle, 1)
        try setStatementTimeout(limits.statement * 0.9)
    }

    private func setStatementTimeout(_ time: Duration) throws(PostgresFault) {
        let milliseconds = "\(max(1, Int(time / .milliseconds(1))))"
        do throws(PostgresFault) {
            try run("SELECT set_config('statement_timeout', $1, false)", [.text(milliseconds)])
        } catch .broken {
            // What the connection was wanted for was not sent.
            throw .broken(wasSent: false)
        }
    }

    deinit {
        unsafe CPQfinish(handle)
    }

    /// Whether libpq is here: loaded with the first connection of the process, since most stores need none.
    static let isLoaded = cpostgres_load()

    /// Whether the connection stands and nothing has come unasked. What comes to an idle connection is the news that
    /// the server ends it, or too rare to be worth telling apart.
    var isQuiet: Bool {
        guard unsafe CPQstatus(handle) == CONNECTION_OK else { return false }
        return poll(POLLIN, milliseconds: 0) == 0
    }

    /// Runs one of the table's statements, prepared when it is needed first.
    func run(_ query: SessionQuery, _ parameters: [SQLValue]) throws(PostgresFault) -> PostgresResult {
        // Behind a pooler that gives each transaction another server, a name may never be there.
        guard forgotten < 2 else { return try run(query.sql, parameters) }
        do throws(PostgresFault) {
            return try execute(try prepare(query), parameters)
        } catch .refused("26000", _) {
            // Nothing was carried out: the server does not know the name any more. All in one message it needs none.
            forgotten += 1
            names = [:]
            return try run(query.sql, parameters)
        }
    }

    /// Runs a statement of this module's own without preparing it.
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

    private func prepare(_ query: SessionQuery) throws(PostgresFault) -> String {
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
            // Fails at once where libpq does not understand its parameters.
            while state != PGRES_POLLING_OK, unsafe CPQstatus(handle) != CONNECTION_BAD {
                try wait(for: state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline)
                state = unsafe CPQconnectPoll(handle)
            }
        } catch {
            throw .unconnected(.unavailable(reason: "connecting took too long"))
        }
        guard state == PGRES_POLLING_OK else {
            // Text of libpq's, valid until its next call.
            let message = unsafe String(cString: CPQerrorMessage(handle))
            throw .unconnected(SessionStoreError(connecting: location, message: message))
        }
    }

    /// Sends one message and returns the one result it has.
    private func exchange(_ send: () -> Int32) throws(PostgresFault) -> PostgresResult {
        let deadline = ContinuousClock.now + limit
        guard send() == 1 else { throw .broken(wasSent: false) }
        while true {
            let left = unsafe CPQflush(handle)
            guard left >= 0 else { throw .broken(wasSent: true) }
            guard left > 0 else { break }
            if try wait(for: POLLIN | POLLOUT, until: deadline) & POLLIN != 0 { try consume() }
        }
        var first: PostgresResult?
        // The protocol is at rest only after the NULL that follows the last result.
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

    /// Waits for the socket; returns what it is ready for.
    @discardableResult
    private func wait(
        for events: Int32,
        until deadline: ContinuousClock.Instant
    ) throws(PostgresFault) -> Int32 {
        while true {
            let left = deadline - .now
            guard left > .zero else { throw .overdue }
            let ready = poll(events, milliseconds: Int32((left / .milliseconds(1)).rounded(.up)))
            if ready != 0 { return ready }
        }
    }

    /// What the socket is ready for within a time; 0 for nothing, or when a signal came.
    private func poll(_ events: Int32, milliseconds: Int32) -> Int32 {
        var descriptor = pollfd(fd: unsafe CPQsocket(handle), events: Int16(events), revents: 0)
        // The descriptor's entry outlives the call, which only writes to it.
        return unsafe Glibc.poll(&descriptor, 1, milliseconds) > 0 ? Int32(descriptor.revents) : 0
    }
}

extension PostgresLocation {
    /// What libpq is given: the URL's parameters, and ours where it is silent.
    fileprivate var connectionParameters: [(String, String)] {
        let standard = [
            // No look for Kerberos tickets that nobody asked for.
            "gssencmode": "disable", "keepalives_idle": "60", "keepalives_interval": "10", "keepalives_count": "3",
            "fallback_application_name": "cdp-proxy", "client_encoding": "UTF8",
        ]
        return parameters.merging(standard) { given, _ in given }.sorted { $0.key < $1.key }
    }
}
