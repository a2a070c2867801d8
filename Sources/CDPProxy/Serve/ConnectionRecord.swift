import ProxyCore

/// A client that is connected to Chrome, as operators see it.
final class ConnectionRecord: Sendable {
    /// The request it began with.
    let request: RequestID
    /// Whom it belongs to.
    let sessionID: String
    let projectID: String
    let userID: String?
    let roles: [String]
    /// The client's address.
    let peer: IPAddress
    /// When it was admitted.
    let since: Timestamp
    /// How long it may last from then on; nil when nothing but its two sides ends it.
    let lifetime: Duration?
    /// Its leave to drive the browser.
    let pass: BrowserPass

    /// A connection that was granted and is about to be joined to Chrome.
    init(_ admitted: AdmittedRequest, since: Timestamp, lifetime: Duration?, pass: BrowserPass) {
        let grant = admitted.grant
        request = admitted.id
        peer = admitted.origin.address
        self.pass = pass
        self.since = since
        self.lifetime = lifetime
        sessionID = grant.sessionID
        projectID = grant.projectID
        userID = grant.userID
        roles = grant.roles ?? []
    }
}
