/// Hears of revocations from a PostgreSQL server, over a connection of its own that listens.
///
/// Not every connection hears: behind a pooler that gives each transaction another server (pgbouncer's `pool_mode` of
/// `transaction` or `statement`) `LISTEN` succeeds and nothing ever arrives, and a standby refuses it. So a connection counts
/// only once it has heard what another one said.
struct PostgresWatch {
    private let location: PostgresLocation
    private let limits: PostgresLimits

    /// The pause after a connection that was lost or does not hear; doubled after each further one.
    private static let firstPause: Duration = .seconds(1)
    private static let longestPause: Duration = .seconds(60)

    /// A watch without a connection.
    init(over location: PostgresLocation, _ limits: PostgresLimits) {
        self.location = location
        self.limits = limits
    }

    /// Listens until the signal is closed. Blocks the thread.
    func run(_ signal: WatchSignal) {
        var pause = Self.firstPause
        while !signal.isClosed {
            do throws(PostgresFault) {
                let connection = try connect(signal)
                pause = Self.firstPause
                try hear(connection, signal)
            } catch {
                // The caller looks for itself meanwhile, and reports what is wrong with the server.
                signal.ring(isReliable: false)
            }
            signal.pause(pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// A connection that listens and was heard to.
    private func connect(_ signal: WatchSignal) throws(PostgresFault) -> PostgresConnection {
        let connection = try PostgresConnection(to: location, limits)
        try connection.listen()
        let word = "\(UInt64.random(in: 0 ... .max))"
        try PostgresConnection(to: location, limits).announce(word)
        let deadline = ContinuousClock.now + limits.statement
        while !signal.isClosed {
            while let heard = connection.takeNotification() {
                if heard == word { return connection }
            }
            guard .now < deadline else { throw .timedOut }
            try connection.listen(until: deadline, or: signal)
        }
        throw .timedOut
    }

    /// Tells of each revocation, and after a long silence has the caller look all the same; throws when the connection is lost.
    private func hear(_ connection: PostgresConnection, _ signal: WatchSignal) throws(PostgresFault) {
        // What was revoked before the connection listened is told of by nobody else.
        signal.ring(isReliable: true)
        var deadline = ContinuousClock.now + limits.silence
        while !signal.isClosed {
            try connection.listen(until: deadline, or: signal)
            var isNew = false
            while let heard = connection.takeNotification() { isNew = heard.isEmpty || isNew }
            if !isNew {
                guard .now >= deadline else { continue }
                try connection.listen()
            }
            signal.ring(isReliable: true)
            deadline = .now + limits.silence
        }
    }
}

extension PostgresConnection {
    /// The channel on which writers announce revocations, with an empty payload. Other payloads are of connections that find
    /// out whether they hear.
    private static let channel = "cdp_proxy_revocations"

    /// Listens from now on.
    fileprivate func listen() throws(PostgresFault) { try run("LISTEN \(Self.channel)") }

    /// Tells every connection that listens; within a transaction, at its end.
    func announce(_ word: String = "") throws(PostgresFault) {
        try run("SELECT pg_notify($1, $2)", [.text(Self.channel), .text(word)])
    }
}
