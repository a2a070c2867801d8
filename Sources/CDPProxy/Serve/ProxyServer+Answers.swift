import ProxyCore
import SessionInjector

// What clients are answered over plain HTTP.

extension ProxyServer {
    /// `GET /health`: whether Chrome answers. Asked for by load balancers and anybody else, so it tells nothing more.
    func healthAnswer() async -> HTTPResponse {
        let isUp = await chromeIsUp()
        var body: JSONValue = [
            "status": JSONValue(isUp ? "ok" : "unavailable"), "chrome": JSONValue(isUp ? "up" : "down"),
        ]
        body = body.adding("version", JSONValue(ProductVersion.text))
        return HTTPResponse(isUp ? .ok : .serviceUnavailable, json: body.serialized())
    }

    /// Whether Chrome answers; asked of Chrome at most once a second, however often it is asked of us.
    func chromeIsUp() async -> Bool {
        if let known = chromeState, loop.now.since(known.at) < timeouts.probe { return known.isUp }
        let question = chromeQuestion ?? Task(executorPreference: loop) { await self.askWhetherChromeIsUp() }
        chromeQuestion = question
        return await question.value
    }

    /// One question at a time, shared by all who want to know meanwhile: a Chrome that is slow to answer is not asked
    /// once more by each of them.
    private func askWhetherChromeIsUp() async -> Bool {
        let isUp = (try? await chrome.browserPath()) != nil
        chromeQuestion = nil
        sawChrome(up: isUp)
        return isUp
    }

    /// One of Chrome's `/json` answers, its WebSocket URLs leading back through the proxy. What concerns pages goes through
    /// the door.
    func devToolsAnswer(
        _ endpoint: JSONEndpoint,
        _ head: RequestHead,
        _ caller: Caller,
        _ request: RequestID
    ) async throws(RequestRefusal) -> HTTPResponse {
        guard let use = endpoint.use else { return try await openAnswer(endpoint, head, caller) }
        let browser = try await currentBrowser(until: loop.now + timeouts.chrome)
        let wanted = try await storedSession(StoredSessionRequest(caller.grant, configuration.injection))
        let claim = caller.claim(to: wanted)
        let pass = try await enter(browser, claim, wanted, to: use, request)
        defer { door.leave(pass) }
        let answer = try await devToolsAnswer(endpoint, pass, head, caller)
        if use == .look { try await checkStill(pass, claim) }
        return answer
    }

    /// What says nothing of pages. Most clients begin with `/json/version`: one that comes while Chrome restarts waits here.
    private func openAnswer(
        _ endpoint: JSONEndpoint,
        _ head: RequestHead,
        _ caller: Caller
    ) async throws(RequestRefusal) -> HTTPResponse {
        do throws(RequestRefusal) {
            return try await devToolsAnswer(endpoint, nil, head, caller)
        } catch .chrome(.unreachable) {
            _ = try await currentBrowser(until: loop.now + timeouts.chrome)
            return try await devToolsAnswer(endpoint, nil, head, caller)
        }
    }

    private func devToolsAnswer(
        _ endpoint: JSONEndpoint,
        _ pass: BrowserPass?,
        _ head: RequestHead,
        _ caller: Caller
    ) async throws(RequestRefusal) -> HTTPResponse {
        switch endpoint {
        case .version, .new: try await linked(endpoint, .object, pass, head, caller)
        case .list: try await linked(endpoint, .list, pass, head, caller)
        case .protocol, .activate, .close: try await unchanged(endpoint, pass)
        }
    }

    private func linked(
        _ endpoint: JSONEndpoint,
        _ shape: DevToolsJSON.Shape,
        _ pass: BrowserPass?,
        _ head: RequestHead,
        _ caller: Caller
    ) async throws(RequestRefusal) -> HTTPResponse {
        let targets = try await asked { () async throws(ChromeFailure) in
            try await chrome.targets(endpoint, shape, pass)
        }
        let address = try externalAddress(head, caller)
        var links = 0
        let body = try targets.serialized { path throws(RequestRefusal) in
            links += 1
            return address.socketURL(
                // Without its id, which is another after a restart of Chrome, so that a client gets in again.
                path: endpoint == .version ? "/devtools/browser" : path,
                credential: try urlCredential(for: caller.grant, link: links)
            )
        }
        return HTTPResponse(.ok, json: body)
    }

    private func unchanged(_ endpoint: JSONEndpoint, _ pass: BrowserPass?) async throws(RequestRefusal) -> HTTPResponse
    {
        let answer = try await asked { () async throws(ChromeFailure) in try await chrome.ask(endpoint, pass) }
        switch answer.status {
        case 200:
            return HTTPResponse(.ok, contentType: answer.isJSON ? "application/json" : "text/plain", body: answer.body)
        case 404, 500: throw .chrome(.noSuchEndpoint)
        default: throw .chrome(.malformedAnswer)
        }
    }

    /// `POST /ticket`: a URL that opens one connection within 30 seconds, so that no token need stand in one.
    func ticketAnswer(_ head: RequestHead, _ caller: Caller) throws(RequestRefusal) -> HTTPResponse {
        let address = try externalAddress(head, caller)
        let ticket = try ticket(for: caller.grant)
        let body: JSONValue = [
            "ticket": JSONValue(ticket.text),
            "connectUrl": JSONValue(address.socketURL(path: "/", credential: .ticket(ticket.text))),
            "expiresIn": JSONValue(ticket.seconds),
        ]
        return HTTPResponse(.ok, json: body.serialized())
    }

    /// What the URLs in an answer carry: the caller's own token when it came by URL, else a ticket for each. A list of more
    /// pages than one answer has tickets for goes on without; who sent a header can send it with them.
    private func urlCredential(for grant: Grant, link: Int) throws(RequestRefusal) -> URLCredential? {
        if let token = grant.urlToken { return .signingKey(token) }
        guard link <= Ticket.mostInOneAnswer else { return nil }
        return .ticket(try ticket(for: grant).text)
    }

    private func ticket(for grant: Grant) throws(RequestRefusal) -> Ticket {
        do throws(CredentialRejection) {
            return try gate.issueTicket(for: grant, now: clock())
        } catch {
            throw .credential(error)
        }
    }

    private func externalAddress(_ head: RequestHead, _ caller: Caller) throws(RequestRefusal) -> ExternalAddress {
        if let address = publicAddress { return address }
        guard let address = ExternalAddress(head, isTLS: false, isTrustedProxy: caller.origin.isBehindTrustedProxy)
        else {
            throw .head(.hostMissing)
        }
        return address
    }

    /// Asks Chrome and turns its failure into a refusal. That it answered is remembered; whether one that failed at this is up
    /// is for the probe to say, which asks what no page has a part in.
    func asked<Answer>(
        _ question: () async throws(ChromeFailure) -> Answer
    ) async throws(RequestRefusal) -> Answer {
        do throws(ChromeFailure) {
            let answer = try await question()
            sawChrome(up: true)
            return answer
        } catch {
            switch error {
            case .noSuchEndpoint: sawChrome(up: true)
            case .unreachable: chromeState = nil
            case .timedOut, .malformedAnswer, .tooLong: break
            }
            throw .chrome(error)
        }
    }

    private func sawChrome(up isUp: Bool) {
        chromeState = (loop.now, isUp)
        metrics.chromeUp.set(isUp)
    }
}

extension ChromeEndpoint.Answer {
    /// Whether the answer says that it is JSON.
    var isJSON: Bool { contentType?.lowercased().utf8.starts(with: "application/json".utf8) ?? false }
}
