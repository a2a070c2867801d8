import ProxyCore

/// The parts between the proxy and its Chrome.
struct BrowserParts {
    let chrome: ChromeEndpoint
    let door: BrowserDoor
    let watch: ChromeWatch
    let placement: SessionPlacement
    let access: BrowserAccess
    let startInjection: StartInjection
    let downloads: Downloads

    /// The way to the Chrome that `listeners` names.
    ///
    /// - Parameters:
    ///   - sessions: finds stored sessions; nil when there are none.
    ///   - sessionID: the one browser session this container serves.
    ///   - usedBrowser: the policy for a used browser; nil when the proxy does not look at Chrome.
    init(
        _ listeners: ListenSettings,
        _ injection: InjectionSettings,
        _ policy: PolicySettings,
        sessions: StoredSessionResolver?,
        sessionID: String?,
        usedBrowser: UsedBrowserPolicy?,
        state: KeptState,
        until shutdown: Shutdown,
        _ context: ServerContext
    ) throws(StartError) {
        let address = try listeners.chrome.resolved()
        chrome = ChromeEndpoint(at: address, on: context.loop, timeout: context.timeouts.chrome)
        watch = ChromeWatch(over: chrome, until: shutdown, context)
        let survey = BrowserSurvey(of: chrome, state: state, usedBrowser: usedBrowser, context)
        door = BrowserDoor(learn: survey.learn, keep: survey.keep)
        let canceller = DownloadCanceller(in: chrome, watch: watch, behind: door, context)
        downloads = try Downloads(policy.folders, cancelledBy: canceller, until: shutdown, context)
        placement = SessionPlacement(of: sessions, through: door, in: chrome, injection, context)
        access = BrowserAccess(to: chrome, watch: watch, placement: placement, root: listeners.root, policy, context)
        startInjection = StartInjection(
            isWanted: injection.time == .start,
            of: placement,
            sessionID: sessionID,
            watch: watch,
            until: shutdown,
            context
        )
    }
}
