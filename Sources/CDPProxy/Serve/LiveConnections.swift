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
    /// Where its frames go their way.
    let relays: Relays

    /// A connection that was granted and is about to be joined to Chrome.
    init(_ request: RequestID, grant: Grant, peer: IPAddress, since: Double, relays: Relays) {
        self.request = request
        self.peer = peer
        self.since = since
        self.relays = relays
        sessionID = grant.sessionID
        projectID = grant.projectID
        userID = grant.userID
        roles = grant.roles ?? []
    }
}

/// The clients connected to Chrome now.
///
/// Lives on the server's loop.
final class LiveConnections {
    private var connections: [RequestID: LiveConnection] = [:]

    /// How many there are.
    var count: Int { connections.count }

    /// All of them, the longest connected first.
    var all: [LiveConnection] { connections.values.sorted { $0.since < $1.since } }

    /// Adds one.
    func add(_ connection: LiveConnection) {
        connections[connection.request] = connection
    }

    /// Takes out the one that has ended.
    func remove(_ request: RequestID) -> LiveConnection? {
        connections.removeValue(forKey: request)
    }
}
