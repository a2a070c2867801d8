import ProxyCore
import SessionInjector
import SessionStore

/// The stored sessions' way into the browser: found in the database, let in by the door, opened, injected, counted and
/// logged.
///
/// Lives on the loop's thread.
final class SessionPlacement {
    /// What a caller wants of the browser, and in which request's name.
    struct Visit {
        let claim: BrowserClaim
        /// The caller's stored session; nil when none belongs to them.
        let session: SessionMetadata?
        /// Nil at start, before any request.
        let request: RequestID?
    }

    /// The report of an injection, and how long it took.
    private struct TimedReport {
        let report: InjectionReport
        let seconds: Double
    }

    /// Finds and opens stored sessions; nil when there are none.
    private let sessions: StoredSessionResolver?
    private let door: BrowserDoor
    private let chrome: ChromeEndpoint
    private let settings: InjectionSettings
    private let loop: EventLoop
    private let metrics: InjectionMetrics
    private let log: EventLog
    /// The wall clock.
    private let clock: @Sendable () -> Timestamp

    /// A placement of stored sessions in one Chrome.
    init(
        of sessions: StoredSessionResolver?,
        through door: BrowserDoor,
        in chrome: ChromeEndpoint,
        _ settings: InjectionSettings,
        _ context: ServerContext
    ) {
        self.sessions = sessions
        self.door = door
        self.chrome = chrome
        self.settings = settings
        loop = context.loop
        metrics = context.metrics.injections
        log = context.log
        clock = context.clock
    }

    // MARK: Finding the session

    /// What an admitted caller wants of the browser.
    func visit(of request: AdmittedRequest) async throws(RequestRefusal) -> Visit {
        let session = try await find(StoredSessionRequest(request.grant, settings))
        return Visit(claim: request.claim(to: session), session: session, request: request.id)
    }

    /// What the configuration wants of the browser before the first client comes: the configured user's session, for the
    /// container's browser session.
    func visitAtStart(of sessionID: String?) async throws(RequestRefusal) -> Visit {
        let session = try await find(StoredSessionRequest(startOf: settings, sessionID: sessionID))
        let claim = BrowserClaim(
            BrowserCaller(userID: settings.userID, sessionID: sessionID),
            session: session.map { BrowserClaim.Session($0) }
        )
        return Visit(claim: claim, session: session, request: nil)
    }

    private func find(_ request: StoredSessionRequest?) async throws(RequestRefusal) -> SessionMetadata? {
        guard let sessions, let request else { return nil }
        do throws(SessionRefusal) { return try await sessions.find(request, now: clock()) } catch {
            throw .session(error)
        }
    }

    // MARK: The door

    /// Lets a caller into the browser of this id, their stored session first, or says why not: the only way in.
    func enter(
        _ browser: String,
        _ visit: Visit,
        to use: BrowserLedger.Use
    ) async throws(RequestRefusal) -> BrowserPass {
        try await door.enter(
            browser,
            visit.claim,
            to: use,
            BrowserDoor.Injection(
                open: { () async throws(RequestRefusal) in try await self.open(visit.session) },
                inject: { state, pass in await self.inject(state, pass, visit.request) }
            )
        )
    }

    /// Refuses a caller who was let in to look, if another caller has come since.
    func checkStill(_ pass: BrowserPass, _ visit: Visit) throws(RequestRefusal) {
        try door.checkStill(pass, visit.claim)
    }

    /// Ends what a pass to drive gave leave to.
    func leave(_ pass: BrowserPass) { door.leave(pass) }

    // MARK: Injection

    private func open(_ found: SessionMetadata?) async throws(RequestRefusal) -> StorageState {
        guard let sessions, let found else { throw .session(.notFound) }
        do throws(SessionRefusal) { return try await sessions.open(found, now: clock()) } catch {
            throw .session(error)
        }
    }

    /// Puts a state into the browser.
    private func inject(
        _ state: StorageState,
        _ pass: BrowserPass,
        _ request: RequestID?
    ) async -> BrowserDoor.Injected {
        let begin = Instant.now()
        let report = await report(of: state, pass, request)
        let injected = TimedReport(report: report, seconds: Instant.now().since(begin).inSeconds)
        return BrowserDoor.Injected(
            isAccepted: report.outcome == .full || settings.failure == .open,
            tell: { self.record(injected, request) }
        )
    }

    private func report(
        of state: StorageState,
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
            deadline: loop.now + settings.timeout(origins: state.origins.count)
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

    /// After how many origins a long injection logs how far it is.
    private static let originsPerLine = 50

    /// Counts and logs an injection.
    private func record(_ injected: TimedReport, _ request: RequestID?) {
        let report = injected.report
        metrics.results[report.result].increment()
        metrics.seconds.observe(injected.seconds)
        if report.outcome == .failed(.stream(.stream(.deadline))) { metrics.timedOut.increment() }
        log.record(report.outcome == .full ? .info : .error, "session_injected", requestID: request) { line in
            report.describe(in: &line)
            line.append("seconds", .number(injected.seconds))
        }
    }
}
