/// Why a connection to PostgreSQL did not answer a statement, before it is known what the caller is to be told.
enum PostgresFault: Error, Equatable {
    /// No connection could be made; the caller is told this.
    case unconnected(SessionStoreError)
    /// The connection ended. Unless `wasSent`, the server never saw the statement.
    case broken(wasSent: Bool)
    /// No answer within the deadline.
    case overdue
    /// The server says no, with a SQLSTATE (PostgreSQL documentation, appendix A) and the constraint it is about.
    case refused(state: String, constraint: String?)
    /// A column of the answer is of a type that sessions are not kept in.
    case unusableColumn(String)

    /// Whether the connection is of no more use.
    var endsConnection: Bool {
        switch self {
        case .unconnected, .broken, .overdue: true
        // Shutting down (57P), connection exceptions (08). Another connection may lead to a server that takes writes
        // (25006), and has no plan that no longer fits the table (0A000).
        case .refused(let state, _):
            state.hasPrefix("57P") || state.hasPrefix("08") || state == "25006" || state == "0A000"
        case .unusableColumn: false
        }
    }

    /// Whether the same may be asked on another connection: what changes something only when the server never saw it.
    func allowsAnotherTry(ofRead isRead: Bool) -> Bool {
        switch self {
        case .broken(let wasSent): isRead || !wasSent
        case .refused("0A000", _): true
        case .refused: isRead && endsConnection
        case .unconnected, .overdue, .unusableColumn: false
        }
    }
}

extension SessionStoreError {
    /// What the caller is told of a fault of the database at `location`.
    init(_ fault: PostgresFault, at location: PostgresLocation) {
        switch fault {
        case .unconnected(let error): self = error
        case .broken: self = .unavailable(reason: "the connection was lost")
        case .overdue: self = .unavailable(reason: "the server did not answer in time")
        case .unusableColumn(let column): self = .unusableColumn(database: "\(location)", column: column)
        case .refused(let state, let constraint): self.init(state: state, constraint: constraint, at: location)
        }
    }

    private init(state: String, constraint: String?, at location: PostgresLocation) {
        switch state {
        // The only unique key besides the id is (user_id, name).
        case "23505" where constraint?.hasSuffix("_pkey") != true: self = .nameTaken
        case "42P01": self = .noTable(database: "\(location)")
        case "42501": self = .unopenable(database: "\(location)", reason: "the user lacks a right to the table")
        case "57014": self = .unavailable(reason: "a statement took too long")
        case "40001", "40P01", "55P03": self = .unavailable(reason: "another transaction was in the way")
        case "25006": self = .unavailable(reason: "the server takes no writes")
        case _ where state.hasPrefix("53"): self = .unavailable(reason: "the server is short of resources")
        case _ where state.hasPrefix("57P"), _ where state.hasPrefix("08"):
            self = .unavailable(reason: "the server is shutting down or starting")
        default: self = .failed(code: "SQLSTATE \(state)")
        }
    }

    /// What an attempt to connect to `location` failed of, by libpq's message, of which nothing is repeated: it may
    /// hold names. The server's own messages are reduced to their SQLSTATE (verbosity `PQERRORS_SQLSTATE`); libpq
    /// gives no other way to tell its reasons apart than its English texts.
    init(connecting location: PostgresLocation, message: String) {
        let start = message.firstRange(of: "failed: ")?.upperBound ?? message.startIndex
        let message = message[start...]
        if let state = Self.sqlState(in: message) {
            self.init(connecting: location, state: state)
        } else if message.contains("root certificate file") {
            self = .unopenable(database: "\(location)", reason: "the file with the root certificates cannot be used")
        } else if ["certificate", "SSL error:", "does not support SSL", "channel binding"].contains(
            where: message.contains
        ) {
            self = .unopenable(database: "\(location)", reason: "TLS as it is asked for cannot be had of the server")
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
                reason: "the server refuses the user, the password or the way of connecting"
            )
        case "3D000": self = .unopenable(database: "\(location)", reason: "the server has no such database")
        case "42501": self = .unopenable(database: "\(location)", reason: "the user may not connect to the database")
        case "53300": self = .unavailable(reason: "the server has no connection left")
        default: self.init(state: state, constraint: nil, at: location)
        }
    }

    /// The first SQLSTATE that ends a line such as `FATAL:  28P01`.
    private static func sqlState(in message: Substring) -> String? {
        message.split(separator: "\n").lazy.compactMap { line -> String? in
            guard let mark = line.lastIndex(of: ":") else { return nil }
            let state = line[line.index(after: mark)...].drop { $0 == " " }
            let isState = state.utf8.count == 5 && state.allSatisfy { $0.isNumber || ("A"..."Z").contains($0) }
            return isState ? String(state) : nil
        }.first
    }
}
