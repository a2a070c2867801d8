import ProxyCore

// CDP_PROXY_INJECT=start: the stored session is in the browser before the first client comes.

extension ProxyServer {
    /// Puts the configured session into Chrome, trying again until it is in: Chrome may still be starting. The server is
    /// not ready before.
    func injectAtStart() async {
        guard configuration.injection.time == .start, sessions != nil else { return }
        var reported: SessionRefusal?
        while !isStopping {
            guard let browser = try? await chrome.browserPath() else {
                await loop.sleep(until: .now() + Self.pauseForChrome)
                continue
            }
            do throws(SessionRefusal) {
                let wanted = StoredSessionRequest(
                    startOf: configuration.injection,
                    sessionID: configuration.gate.sessionID
                )
                try await putSession(wanted, in: browser, for: configuration.injection.userID, nil)
                startInjectionIsPending = false
                return
            } catch {
                if error != reported { log.record(.error, "session_not_injected", ["reason": .string(error.rawValue)]) }
                reported = error
                await loop.sleep(until: .now() + Self.pauseAfterFailure)
            }
        }
    }

    private static let pauseForChrome = Duration.milliseconds(50)
    private static let pauseAfterFailure = Duration.seconds(2)
}
