import ProxyCore
import SessionInjector
import SessionStore

/// A request whose credential is good: what it asks, where it comes from, and what the gate granted.
///
/// A class, since each step of a handshake takes it: a copy of the grant and the head would retain a dozen strings.
final class AdmittedRequest {
    /// What its answer and its log lines are known by.
    let id: RequestID
    /// What it asks.
    let head: RequestHead
    /// Where it comes from.
    let origin: RequestOrigin
    /// What the gate found the credential to be good for.
    let grant: Grant

    /// A request that the gate granted this.
    init(id: RequestID, head: RequestHead, origin: RequestOrigin, grant: Grant) {
        self.id = id
        self.head = head
        self.origin = origin
        self.grant = grant
    }

    /// What the caller wants of a browser.
    func claim(to session: SessionMetadata?) -> BrowserClaim {
        BrowserClaim(
            BrowserCaller(
                userID: grant.userID,
                sessionID: grant.sessionID,
                isAdmin: grant.joinsAnyBrowser
            ),
            session: session.map { BrowserClaim.Session($0) }
        )
    }
}

extension BrowserClaim.Session {
    /// The stored session of a row.
    init(_ metadata: SessionMetadata) { self.init(id: metadata.id, userID: metadata.userID) }
}
