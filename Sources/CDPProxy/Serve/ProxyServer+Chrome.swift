import ProxyCore
import SessionInjector
import SessionStore

// What is done with Chrome before a client is joined to it.

/// A browser that a caller was let into, and Chrome's side of the connection.
struct DrivenBrowser {
    let pass: BrowserPass
    let chrome: ChromeEndpoint.Connection
}

extension ProxyServer {
    /// Lets a caller into the browser and opens Chrome's WebSocket for them. A Chrome that is being restarted is waited
    /// for, as long as Chrome may take to answer a handshake.
    func openBrowser(
        for caller: Caller,
        to endpoint: SocketEndpoint,
        _ request: RequestID
    ) async throws(RequestRefusal) -> DrivenBrowser {
        let deadline = loop.now + timeouts.chrome
        // Whoever names the process that answered last need not be looked it up for: Chrome denies an id of the past.
        if case .browserWithID(let id) = endpoint, id == lastBrowser {
            return try await openBrowser(id, for: caller, endpoint, request)
        }
        var browser = try await currentBrowser(until: deadline)
        while true {
            do throws(RequestRefusal) {
                return try await openBrowser(browser, for: caller, endpoint, request)
            } catch {
                // An id that was just looked up and is not there any more: Chrome was restarted meanwhile.
                guard endpoint.namedPath == nil, error.isOfRestart else { throw error }
                let now = try await currentBrowser(until: deadline)
                guard now != browser, loop.now < deadline else { throw error }
                browser = now
            }
        }
    }

    private func openBrowser(
        _ browser: String,
        for caller: Caller,
        _ endpoint: SocketEndpoint,
        _ request: RequestID
    ) async throws(RequestRefusal) -> DrivenBrowser {
        // Only Chrome knows which id it has; one that the client names may be of the past.
        if case .browserWithID(let id) = endpoint, id != browser { throw .chrome(.noSuchEndpoint) }
        let pass = try await enter(browser, caller, to: .drive, request)
        do throws(RequestRefusal) {
            let chromeSide = try await asked { () async throws(ChromeFailure) in try await connection(endpoint, pass) }
            return DrivenBrowser(pass: pass, chrome: chromeSide)
        } catch {
            door.leave(pass)
            throw error
        }
    }

    /// That there is no such endpoint is the client's concern only where the client named it; one just looked up that
    /// Chrome then denies is Chrome's failure.
    private func connection(
        _ endpoint: SocketEndpoint,
        _ pass: BrowserPass
    ) async throws(ChromeFailure) -> ChromeEndpoint.Connection {
        if let named = endpoint.namedPath { return try await chrome.open(named, pass) }
        let isPage = endpoint == .root && configuration.listeners.root == .page
        let path = isPage ? try await chrome.firstPagePath(pass) : pass.browserPath
        do throws(ChromeFailure) {
            return try await chrome.open(path, pass)
        } catch {
            throw error == .noSuchEndpoint ? .malformedAnswer : error
        }
    }

    // MARK: The door

    /// Lets a caller into the browser of this id, their stored session first, or says why not: the only way in.
    func enter(
        _ browser: String,
        _ caller: Caller,
        to use: BrowserLedger.Use,
        _ request: RequestID
    ) async throws(RequestRefusal) -> BrowserPass {
        let wanted = try await storedSession(StoredSessionRequest(caller.grant, configuration.injection))
        return try await enter(browser, caller.claim(to: wanted), wanted, to: use, request)
    }

    /// The same for a claim whose stored session was found.
    func enter(
        _ browser: String,
        _ claim: BrowserClaim,
        _ wanted: SessionMetadata?,
        to use: BrowserLedger.Use,
        _ request: RequestID?
    ) async throws(RequestRefusal) -> BrowserPass {
        try await door.enter(
            browser,
            claim,
            to: use,
            BrowserDoor.Injection(
                open: { () async throws(RequestRefusal) in try await self.opened(wanted) },
                inject: { state, pass in
                    let injected = await self.inject(state, pass, request)
                    let isFull = injected.report.outcome == .full
                    return BrowserDoor.Injected(
                        isAccepted: isFull || self.configuration.injection.failure == .open,
                        tell: { self.record(injected, request) }
                    )
                }
            )
        )
    }

    /// Whether a caller who was let in to look may be shown what Chrome has answered since: another may have come, and
    /// it may be another Chrome's answer.
    func checkStill(_ pass: BrowserPass, _ claim: BrowserClaim) async throws(RequestRefusal) {
        let now = try await currentBrowser(until: loop.now)
        guard now == pass.browser else { throw .chrome(.malformedAnswer) }
        try door.checkStill(pass, claim)
    }

    /// What is known of the stored session that is asked for; nil when there is none.
    func storedSession(_ request: StoredSessionRequest) async throws(RequestRefusal) -> SessionMetadata? {
        do throws(SessionRefusal) {
            return try await sessions?.find(request, now: clock())
        } catch {
            throw .session(error)
        }
    }

    private func opened(_ found: SessionMetadata?) async throws(RequestRefusal) -> StorageState {
        guard let sessions, let found else { throw .session(.notFound) }
        do throws(SessionRefusal) {
            return try await sessions.open(found, now: clock())
        } catch {
            throw .session(error)
        }
    }

    // MARK: Injection

    /// What an injection came to, and how long it took.
    private struct TimedReport {
        let report: InjectionReport
        let seconds: Double
    }

    /// Puts a state into the browser.
    private func inject(_ state: StorageState, _ pass: BrowserPass, _ request: RequestID?) async -> TimedReport {
        let begin = Instant.now()
        let report = await injectionReport(state, pass, request)
        return TimedReport(report: report, seconds: Instant.now().since(begin).inSeconds)
    }

    /// Counts and logs what an injection came to.
    private func record(_ injected: TimedReport, _ request: RequestID?) {
        let report = injected.report
        metrics.injections.results[report.result].increment()
        metrics.injections.seconds.observe(injected.seconds)
        log.record(report.outcome == .full ? .info : .error, "session_injected", requestID: request) { line in
            report.describe(in: &line)
            line.append("seconds", .number(injected.seconds))
        }
    }

    private func injectionReport(
        _ state: StorageState,
        _ pass: BrowserPass,
        _ request: RequestID?
    ) async -> InjectionReport {
        guard let connection = try? await chrome.open(pass.browserPath, pass) else {
            return InjectionReport(failure: .stream(.stream(.ended)))
        }
        let socket = WebSocketStream(over: connection.stream, received: connection.received)
        let report = await SessionInjector.inject(
            state,
            over: CDPClient(over: socket),
            now: clock(),
            deadline: loop.now + configuration.injection.timeout(origins: state.origins.count)
        ) { visited, all in
            guard visited.isMultiple(of: Self.originsPerLine), visited < all else { return }
            let fields: KeyValuePairs<String, LogValue?> = [
                "origins": .integer(visited), "originsWanted": .integer(all),
            ]
            log.record(.info, "session_injecting", requestID: request, fields)
        }
        await socket.close()
        return report
    }

    /// After how many origins a long injection says in the log how far it is.
    private static let originsPerLine = 50
}

extension Caller {
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

extension RequestRefusal {
    /// Whether it may come of a Chrome that went, or came, in the middle.
    var isOfRestart: Bool {
        switch self {
        case .chrome(.unreachable), .chrome(.malformedAnswer): true
        default: false
        }
    }
}
