import ProxyCore
import SessionInjector
import SessionStore

// CDP_PROXY_INJECT=start: the stored session is in the browser before the first client comes.

extension ProxyServer {
    /// Puts the configured session into Chrome, trying again until it is in: Chrome may still be starting. The server is
    /// not ready before.
    func injectAtStart() async {
        guard configuration.injection.time == .start, sessions != nil else { return }
        var reported: String?
        while !isStopping {
            guard let browser = try? await currentBrowser(until: loop.now) else {
                await loop.sleep(until: .now() + Self.pauseForChrome)
                continue
            }
            do throws(RequestRefusal) {
                try await injectAtStart(into: browser)
                startInjectionIsPending = false
                return
            } catch {
                if error.reason != reported {
                    log.record(
                        .error,
                        "session_not_injected",
                        ["reason": .string(error.reason), "cause": error.cause.map { .string($0) }]
                    )
                }
                reported = error.reason
                await loop.sleep(until: .now() + Self.pauseAfterFailure)
            }
        }
    }

    /// The configured user's session, put in for the container's browser session.
    private func injectAtStart(into browser: String) async throws(RequestRefusal) {
        let settings = configuration.injection
        let sessionID = configuration.gate.sessionID
        let wanted = try await storedSession(StoredSessionRequest(startOf: settings, sessionID: sessionID))
        let claim = BrowserClaim(
            BrowserCaller(userID: settings.userID, sessionID: sessionID),
            session: wanted.map { BrowserClaim.Session($0) }
        )
        door.leave(try await enter(browser, claim, wanted, to: .drive, nil))
    }

    private static let pauseAfterFailure = Duration.seconds(2)
}
