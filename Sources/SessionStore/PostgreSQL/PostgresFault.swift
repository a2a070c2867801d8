/// Why a connection to PostgreSQL did not answer a statement. `SessionStoreError.init(_:at:)` turns it into the
/// caller's error.
enum PostgresFault: Error, Equatable {
    /// No connection could be made, for this reason.
    case unconnected(SessionStoreError)
    /// The connection ended. Unless `wasSent`, the server never saw the statement.
    case broken(wasSent: Bool)
    /// The answer did not arrive before the deadline.
    case timedOut
    /// The server refused the statement, with a SQLSTATE (PostgreSQL documentation, appendix A) and the violated
    /// constraint.
    case refused(state: String, constraint: String?)
    /// The database lacks this table.
    case noTable(StoreTable)
    /// This column of the answer has a type that cannot hold its values.
    case unusableColumn(String)

    /// Whether the connection must not be used again.
    var endsConnection: Bool {
        switch self {
        case .unconnected, .broken, .timedOut: true
        // Shutdown (57P) and connection exceptions (08). On 25006, another connection may reach a server that accepts
        // writes. On 0A000, another connection has no plan that predates a change of the table.
        case .refused(let state, _):
            state.hasPrefix("57P") || state.hasPrefix("08") || state == "25006" || state == "0A000"
        case .noTable, .unusableColumn: false
        }
    }

    /// Whether another connection may run the statement again: a write may only if the server never saw it.
    func allowsAnotherTry(ofRead isRead: Bool) -> Bool {
        switch self {
        case .broken(let wasSent): isRead || !wasSent
        case .refused("0A000", _): true
        case .refused: isRead && endsConnection
        case .unconnected, .timedOut, .noTable, .unusableColumn: false
        }
    }
}

extension SessionStoreError {
    /// The caller's error for a fault of the database at `location`, in a statement on this table.
    init(_ fault: PostgresFault, of table: StoreTable = .sessions, at location: PostgresLocation) {
        switch fault {
        case .unconnected(let error): self = error
        case .broken: self = .unavailable(reason: "the connection was lost")
        case .timedOut: self = .unavailable(reason: "the server did not answer in time")
        case .unusableColumn(let column):
            self = .unusableColumn(database: "\(location)", column: column, table: table.rawValue)
        case .noTable(let table): self = .noTable(database: "\(location)", table: table.rawValue)
        case .refused("42P01", _): self = .noTable(database: "\(location)", table: table.rawValue)
        case .refused(let state, let constraint): self.init(state: state, constraint: constraint, at: location)
        }
    }

    private init(state: String, constraint: String?, at location: PostgresLocation) {
        switch state {
        // The only unique key that callers choose is (user_id, name).
        case "23505" where constraint?.hasSuffix("_pkey") != true: self = .nameTaken
        case "42501": self = .unopenable(database: "\(location)", reason: "the user has no privilege on the table")
        case "57014": self = .unavailable(reason: "a statement took too long")
        case "40001", "40P01", "55P03": self = .unavailable(reason: "another transaction was in the way")
        case "25006": self = .unavailable(reason: "the server accepts no writes")
        case _ where state.hasPrefix("53"): self = .unavailable(reason: "the server is short of resources")
        case _ where state.hasPrefix("57P"), _ where state.hasPrefix("08"):
            self = .unavailable(reason: "the server is shutting down or starting")
        default: self = .failed(code: "SQLSTATE \(state)")
        }
    }

    /// Why connecting to `location` failed, from libpq's message. The error repeats nothing of the message, which may
    /// hold names. The server's own messages contain only their SQLSTATE (verbosity `PQERRORS_SQLSTATE`). libpq's other
    /// messages can only be told apart by their English texts.
    init(connecting location: PostgresLocation, message: String) {
        let start = message.firstRange(of: "failed: ")?.upperBound ?? message.startIndex
        let message = message[start...]
        if let state = Self.sqlState(in: message) {
            self.init(connecting: location, state: state)
        } else if message.contains("root certificate file") {
            self = .unopenable(database: "\(location)", reason: "the file of root certificates cannot be used")
        } else if ["certificate", "SSL error:", "does not support SSL", "channel binding"].contains(
            where: message.contains
        ) {
            self = .unopenable(database: "\(location)", reason: "the server's TLS is not what the URL requires")
        } else if message.contains("no password supplied") {
            self = .unopenable(database: "\(location)", reason: "the server asks for a password")
        } else if message.contains("could not translate host name") {
            self = .unavailable(reason: "the name of its host cannot be resolved")
        } else {
            self = .unavailable(reason: "the server cannot be reached")
        }
    }

    private init(connecting location: PostgresLocation, state: String) {
        switch state {
        case _ where state.hasPrefix("28"):
            self = .unopenable(
                database: "\(location)",
                reason: "the server refuses the user, the password or the way of connecting (pg_hba.conf)"
            )
        case "3D000": self = .unopenable(database: "\(location)", reason: "the server has no such database")
        case "42501": self = .unopenable(database: "\(location)", reason: "the user may not connect to the database")
        case "53300": self = .unavailable(reason: "the server accepts no more connections")
        default: self.init(state: state, constraint: nil, at: location)
        }
    }

    /// The first SQLSTATE at the end of a line such as `FATAL:  28P01`.
    private static func sqlState(in message: Substring) -> String? {
        message.split(separator: "\n").lazy.compactMap { line -> String? in
            guard let mark = line.lastIndex(of: ":") else { return nil }
            let state = line[line.index(after: mark)...].drop { $0 == " " }
            let isState = state.utf8.count == 5 && state.allSatisfy { $0.isNumber || ("A"..."Z").contains($0) }
            return isState ? String(state) : nil
        }.first
    }
}
