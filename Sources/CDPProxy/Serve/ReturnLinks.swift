import ProxyCore

/// The URLs that lead an admitted caller back through the proxy, each with a credential in it.
///
/// Lives on the loop's thread.
final class ReturnLinks {
    private let doorkeeper: Doorkeeper
    /// Where clients find the proxy, when the configuration says so.
    private let publicAddress: ExternalAddress?
    /// Whether the clients' listener speaks TLS.
    private let isTLS: Bool

    /// Links with this doorkeeper's tickets.
    init(_ doorkeeper: Doorkeeper, _ listeners: ListenSettings) {
        self.doorkeeper = doorkeeper
        publicAddress = listeners.publicURL.map { ExternalAddress($0) }
        isTLS = listeners.tls != nil
    }

    /// The answer to `POST /ticket`: a URL that opens one connection within 30 seconds, so that no token need stand in one.
    func ticketAnswer(to request: AdmittedRequest) throws(RequestRefusal) -> HTTPResponse {
        let address = try address(for: request)
        let ticket = try doorkeeper.ticket(for: request.grant)
        let body: JSONValue = [
            "ticket": JSONValue(ticket.text),
            "connectUrl": JSONValue(address.socketURL(path: "/", credential: .ticket(ticket.text))),
            "expiresIn": JSONValue(ticket.seconds),
        ]
        return HTTPResponse(.ok, json: body.serialized())
    }

    /// Chrome's answer with its WebSocket URLs replaced. The browser's own is named without its id, which is another after a
    /// restart of Chrome, so that a client which reconnects gets in again.
    func body(
        of targets: DevToolsJSON,
        namingBrowserByID: Bool,
        for request: AdmittedRequest
    ) throws(RequestRefusal) -> [UInt8] {
        let address = try address(for: request)
        var links = 0
        return try targets.serialized { path throws(RequestRefusal) in
            links += 1
            return address.socketURL(
                path: namingBrowserByID ? path : "/devtools/browser",
                credential: try credential(for: request.grant, link: links)
            )
        }
    }

    /// The credential in a URL: the caller's own token when it came by URL, else a ticket for each. A list of more pages than
    /// one answer has tickets for goes on without; a caller who sent a header can send it with those.
    private func credential(for grant: Grant, link: Int) throws(RequestRefusal) -> URLCredential? {
        if let token = grant.urlToken { return .signingKey(token) }
        guard link <= Ticket.mostInOneAnswer else { return nil }
        return .ticket(try doorkeeper.ticket(for: grant).text)
    }

    private func address(for request: AdmittedRequest) throws(RequestRefusal) -> ExternalAddress {
        if let publicAddress { return publicAddress }
        let isTrusted = request.origin.isBehindTrustedProxy
        guard let address = ExternalAddress(request.head, isTLS: isTLS, isTrustedProxy: isTrusted) else {
            throw .head(.hostMissing)
        }
        return address
    }
}
