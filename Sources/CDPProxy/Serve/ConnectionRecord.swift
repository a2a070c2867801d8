import ProxyCore

/// A client that is joined to Chrome, as operators see it.
final class ConnectionRecord: Sendable {
    /// The request it began with.
    let request: RequestID
    /// The owner, as the grant names it.
    let sessionID: String?
    let projectID: String?
    let userID: String?
    let roles: [String]?
    /// The token's `jti`, or the API key's id.
    private let tokenID: String?
    private let isKey: Bool
    private let issuedAt: Timestamp?
    /// What the client may do; nil when it may use all of the browser.
    let permissions: PermissionSet?
    /// The client's address.
    let peer: IPAddress
    /// When it was admitted.
    let since: Timestamp
    /// How long it may last from then on.
    let span: RelaySpan
    /// Its leave to drive the browser.
    let pass: BrowserPass
    /// The folder that its downloads go to; nil when it may name one, or none is configured.
    let downloadFolder: String?
    /// The subject of the client's certificate; nil when it showed none.
    let subject: String?
    /// How messages are compressed on the client's side; nil when they are not.
    let compression: PermessageDeflate?

    /// The connection of an admitted request, about to be joined to Chrome, for as long as `span` says.
    init(
        _ admitted: AdmittedRequest,
        since: Timestamp,
        span: RelaySpan,
        pass: BrowserPass,
        downloadFolder: String? = nil,
        subject: String? = nil,
        compression: PermessageDeflate? = nil
    ) {
        let grant = admitted.grant
        request = admitted.id
        peer = admitted.origin.address
        self.pass = pass
        self.downloadFolder = downloadFolder
        self.subject = subject
        self.compression = compression
        self.since = since
        self.span = span
        sessionID = grant.sessionID
        projectID = grant.projectID
        userID = grant.userID
        roles = grant.roles
        permissions = grant.permissions
        tokenID = grant.tokenID
        isKey = grant.isKey
        issuedAt = grant.issuedAt
    }

    /// What revocations look at.
    var credential: RevocableCredential {
        RevocableCredential(id: tokenID, isKey: isKey, sessionID: sessionID, userID: userID, issuedAt: issuedAt)
    }
}
