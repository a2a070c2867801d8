import ProxyCore
import SessionInjector
import SessionStore

/// A request whose credential is good: what it asks, where it comes from, and what the gate granted.
struct AdmittedRequest {
    /// What its answer and its log lines are known by.
    let id: RequestID
    /// What it asks.
    let head: RequestHead
    /// Where it comes from.
    let origin: RequestOrigin
    /// What the gate found the credential to be good for.
    let grant: Grant

    /// What the caller wants of a browser.
    func claim(to session: SessionMetadata?) -> BrowserClaim {
        BrowserClaim(
            BrowserCaller(
                userID: grant.userID,
                sessionID: grant.sessionID,
                isAdmin: grant.roles?.contains("admin") ?? false
            ),
            session: session.map { BrowserClaim.Session($0) }
        )
    }
}

extension BrowserClaim.Session {
    /// The stored session of a row.
    init(_ metadata: SessionMetadata) { self.init(id: metadata.id, userID: metadata.userID) }
}
