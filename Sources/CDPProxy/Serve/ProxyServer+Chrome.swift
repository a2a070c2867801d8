import ProxyCore
import SessionInjector
import SessionStore

// What is done with Chrome before a client is joined to it.

extension ProxyServer {
    /// Puts the stored session that belongs to the client into the browser whose endpoint, or whose page's, has this path.
    func injectSession(
        for grant: Grant,
        _ endpoint: SocketEndpoint,
        _ path: String,
        _ request: RequestID
    ) async throws(Refusal) {
        let browser =
            isBrowser(endpoint)
            ? path
            : try await asked { () async throws(ChromeFailure) in
                try await chrome.browserPath()
            }
        do throws(SessionRefusal) {
            try await putSession(
                StoredSessionRequest(grant, configuration.injection),
                in: browser,
                for: grant.userID,
                request
            )
        } catch {
            throw .session(error)
        }
    }

    /// Sees to it that the browser holds the stored session that is asked for, if there is one, and that the caller may
    /// share it.
    func putSession(
        _ wanted: StoredSessionRequest,
        in browserPath: String,
        for userID: String?,
        _ request: RequestID?
    ) async throws(SessionRefusal) {
        guard let sessions else { return }
        let session = try await sessions.find(wanted, now: clock())
        let state = try session.map { session throws(SessionRefusal) in try sessions.open(session) }
        let claim = InjectionClaim(session: session?.metadata.id, userID: session?.metadata.userID ?? userID)
        let admission = await injections.admit(
            browser: browserPath,
            claim,
            isDriven: { connected > 0 },
            inject: { await inject(state, browserPath, request) }
        )
        switch admission {
        case .admitted: return
        case .conflict: throw .conflict
        case .refused: throw .injectionFailed
        }
    }

    /// The path, on Chrome's side, of what the client did not name. It is looked up each time, since a restarted Chrome has
    /// another.
    func currentPath(of endpoint: SocketEndpoint) async throws(Refusal) -> String {
        try await asked { () async throws(ChromeFailure) in
            if endpoint == .root, configuration.listeners.root == .page {
                try await chrome.firstPagePath()
            } else {
                try await chrome.browserPath()
            }
        }
    }

    private func isBrowser(_ endpoint: SocketEndpoint) -> Bool {
        switch endpoint {
        case .browser: true
        case .root: configuration.listeners.root == .browser
        // An id the client names may be one of the past; only Chrome knows which it has.
        case .browserWithID, .page: false
        }
    }

    /// Opens Chrome's WebSocket on the path of an endpoint. That there is none is the client's concern only where the
    /// client named it; one just looked up that Chrome then denies is Chrome's failure.
    func openChrome(_ path: String, for endpoint: SocketEndpoint) async throws(Refusal) -> ChromeEndpoint.Connection {
        try await asked { () async throws(ChromeFailure) in
            do throws(ChromeFailure) {
                return try await chrome.open(path)
            } catch {
                throw error == .noSuchEndpoint && endpoint.namedPath == nil ? .garbage : error
            }
        }
    }

    /// Puts a state into the browser; what came of it is counted and logged.
    private func inject(_ state: StorageState?, _ browserPath: String, _ request: RequestID?) async -> InjectionReport {
        let begin = Instant.now()
        let report = await injectionReport(state, browserPath)
        let seconds = Instant.now().since(begin).inSeconds
        metrics.injections.results[report.result].increment()
        metrics.injections.seconds.observe(seconds)
        log.record(
            report.outcome == .full ? .info : .error,
            "session_injected",
            requestID: request,
            [
                "result": .string(report.result),
                "cookies": .integer(report.cookies.found),
                "cookiesWanted": .integer(report.cookies.wanted),
                "cookiesSkipped": .integer(report.skippedCookies.values.reduce(0, +)),
                "origins": .integer(report.origins.found),
                "originsWanted": .integer(report.origins.wanted),
                "items": .integer(report.items.found),
                "itemsWanted": .integer(report.items.wanted),
                "seconds": .number(seconds),
            ]
        )
        return report
    }

    private func injectionReport(_ state: StorageState?, _ browserPath: String) async -> InjectionReport {
        guard let state, let connection = try? await chrome.open(browserPath) else {
            return InjectionReport(failure: .stream(.stream(.ended)))
        }
        let socket = WebSocketStream(over: connection.stream, received: connection.received)
        let report = await SessionInjector.inject(
            state,
            over: CDPClient(over: socket),
            now: clock(),
            deadline: loop.now + configuration.injection.deadline
        )
        await socket.close()
        return report
    }
}
