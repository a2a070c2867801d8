import ProxyCore

/// A client that is connected to Chrome, as operators see it.
final class LiveConnection {
    /// The request it began with.
    let request: RequestID
    /// Whom it belongs to.
    let sessionID: String
    let projectID: String
    let userID: String?
    let roles: [String]
    /// The client's address.
    let peer: IPAddress
    /// When it was admitted, in seconds since 1970.
    let since: Double
    /// Ends it when its token expires, if it is to.
    var expiryTimer: LoopTimer?
    /// Its frames' way; nil once it has ended.
    fileprivate(set) var relay: Relay?

    /// A connection that was granted and is not joined to Chrome yet.
    init(_ request: RequestID, grant: Grant, peer: IPAddress, since: Double) {
        self.request = request
        self.peer = peer
        self.since = since
        sessionID = grant.sessionID
        projectID = grant.projectID
        userID = grant.userID
        roles = grant.roles ?? []
    }
}

/// The clients connected to Chrome now, and what the ones that left have moved.
///
/// Lives on the loop's thread.
final class LiveConnections {
    private var connections: [RequestID: LiveConnection] = [:]
    private var past = RelayTotals()

    /// How many there are.
    var count: Int { connections.count }

    /// All of them, the longest connected first.
    var all: [LiveConnection] { connections.values.sorted { $0.since < $1.since } }

    /// What went through all relays since the start, the live ones included.
    var totals: RelayTotals {
        connections.values.reduce(past) { $0 + ($1.relay?.totals ?? RelayTotals()) }
    }

    /// Adds a connection with its relay.
    func add(_ connection: LiveConnection, relay: Relay) {
        connection.relay = relay
        connections[connection.request] = connection
    }

    /// Takes out the one that has ended.
    func remove(_ request: RequestID, totals: RelayTotals) -> LiveConnection? {
        guard let connection = connections.removeValue(forKey: request) else { return nil }
        connection.relay = nil
        past = past + totals
        return connection
    }

    /// Tells every client that it is over.
    func closeAll(_ code: CloseCode, reason: String) {
        for connection in all { connection.relay?.close(code, reason: reason) }
    }
}

extension RelayTotals {
    /// Both together.
    static func + (left: RelayTotals, right: RelayTotals) -> RelayTotals {
        var sum = left
        sum.bytesToChrome &+= right.bytesToChrome
        sum.bytesToClient &+= right.bytesToClient
        sum.framesToChrome &+= right.framesToChrome
        sum.framesToClient &+= right.framesToClient
        return sum
    }
}
