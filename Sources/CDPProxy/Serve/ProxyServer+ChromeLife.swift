import ProxyCore

// Which Chrome process there is now, and the wait for one that is being restarted.

extension ProxyServer {
    /// The id of the Chrome process that answers now. It is looked up each time, since a restarted Chrome has another;
    /// one that is not there is waited for until the deadline.
    func currentBrowser(until deadline: Instant) async throws(RequestRefusal) -> String {
        while true {
            do throws(RequestRefusal) {
                let path = try await asked { () async throws(ChromeFailure) in try await chrome.browserPath() }
                let browser = String(path.split(separator: "/").last ?? "")
                lastBrowser = browser
                return browser
            } catch .chrome(.unreachable) where !isStopping && loop.now < deadline {
                await waitForChrome(until: deadline)
            } catch {
                throw error
            }
        }
    }

    /// Waits until Chrome answers, or until the deadline of the one who began to wait. However many wait, Chrome is looked
    /// for once.
    private func waitForChrome(until deadline: Instant) async {
        let wait = chromeWait ?? Task(executorPreference: loop) { await self.lookForChrome(until: deadline) }
        chromeWait = wait
        await wait.value
    }

    private func lookForChrome(until deadline: Instant) async {
        var isThere = false
        while !isThere, !isStopping, loop.now < deadline {
            await loop.sleep(until: .now() + Self.pauseForChrome)
            isThere = (try? await chrome.browserPath()) != nil
        }
        chromeWait = nil
    }

    /// How often a Chrome that is not there is looked for.
    static let pauseForChrome = Duration.milliseconds(50)
}
