import ProxyCore
import SessionInjector

/// An admitted caller's way to the browser: through its door, and, for a WebSocket, on to one of Chrome's endpoints. A Chrome
/// that is being restarted is waited for.
///
/// Lives on the loop's thread.
final class BrowserAccess {
    private let chrome: ChromeEndpoint
    private let watch: ChromeWatch
    private let placement: SessionPlacement
    /// What a WebSocket on `/` goes to.
    private let root: RootTarget
    private let policy: PolicySettings
    private let loop: EventLoop
    /// How long Chrome may take, restart included.
    private let timeout: Duration

    /// The way to one Chrome.
    init(
        to chrome: ChromeEndpoint,
        watch: ChromeWatch,
        placement: SessionPlacement,
        root: RootTarget,
        _ policy: PolicySettings,
        _ context: ServerContext
    ) {
        self.chrome = chrome
        self.watch = watch
        self.placement = placement
        self.root = root
        self.policy = policy
        loop = context.loop
        timeout = context.timeouts.chrome
    }

    // MARK: Requests

    /// Lets a caller in for one request that concerns pages, and out again. The answer of a request to look is dropped when the
    /// caller may look no longer: another caller may have come meanwhile, or it may be another Chrome's answer.
    func perform<Answer>(
        _ use: BrowserLedger.Use,
        for request: AdmittedRequest,
        _ work: (BrowserPass) async throws(RequestRefusal) -> Answer
    ) async throws(RequestRefusal) -> Answer {
        let browser = try await watch.currentBrowser(until: loop.now + timeout)
        let visit = try await placement.visit(of: request)
        let pass = try await placement.enter(browser, visit, to: use)
        defer { placement.leave(pass) }
        let answer = try await work(pass)
        if use == .look {
            guard try await watch.currentBrowser(until: loop.now) == pass.browser else {
                throw .chrome(.malformedAnswer)
            }
            try placement.checkStill(pass, visit)
        }
        return answer
    }

    /// Does what says nothing of pages. Most clients begin with `/json/version`: one that comes while Chrome restarts waits
    /// here.
    func performOpen<Answer>(
        _ work: () async throws(RequestRefusal) -> Answer
    ) async throws(RequestRefusal) -> Answer {
        do throws(RequestRefusal) { return try await work() } catch .chrome(.unreachable) {
            _ = try await watch.currentBrowser(until: loop.now + timeout)
            return try await work()
        }
    }

    // MARK: WebSockets

    /// Lets a caller into the browser and opens Chrome's WebSocket for them.
    func open(
        _ endpoint: SocketEndpoint,
        for request: AdmittedRequest
    ) async throws(RequestRefusal) -> DrivenBrowser {
        let deadline = loop.now + timeout
        // The id of the process that answered last needs no look-up: Chrome itself denies an id of the past.
        if case .browserWithID(let id) = endpoint, id == watch.lastBrowser {
            return try await open(endpoint, of: id, for: request)
        }
        var browser = try await watch.currentBrowser(until: deadline)
        while true {
            do throws(RequestRefusal) {
                return try await open(endpoint, of: browser, for: request)
            } catch {
                // Chrome denies an id that was just looked up: it was restarted meanwhile.
                guard endpoint.namedPath == nil, error.isOfRestart else { throw error }
                let now = try await watch.currentBrowser(until: deadline)
                guard now != browser, loop.now < deadline else { throw error }
                browser = now
            }
        }
    }

    /// Closes Chrome's WebSocket, and leaves the browser.
    func close(_ browser: DrivenBrowser) {
        browser.chrome.stream.close()
        placement.leave(browser.pass)
    }

    private func open(
        _ endpoint: SocketEndpoint,
        of browser: String,
        for request: AdmittedRequest
    ) async throws(RequestRefusal) -> DrivenBrowser {
        // Only Chrome knows which id it has; one that the client names may be of the past.
        if case .browserWithID(let id) = endpoint, id != browser { throw .chrome(.noSuchEndpoint) }
        let pass = try await placement.enter(browser, try await placement.visit(of: request), to: .drive)
        do throws(RequestRefusal) {
            if case .page(let id) = endpoint, showsWebsitesAlone(to: request) { try await checkIsWebsite(id, pass) }
            let socket = try await watch.ask { () async throws(ChromeFailure) in try await connect(endpoint, pass) }
            return DrivenBrowser(pass: pass, chrome: socket)
        } catch {
            placement.leave(pass)
            throw error
        }
    }

    /// Whether a caller is shown websites alone, and not the browser's own pages.
    func showsWebsitesAlone(to request: AdmittedRequest) -> Bool {
        policy.showsWebsitesAlone(to: request.grant.permissions)
    }

    /// Refuses an endpoint of the browser's own pages, as if it were not there.
    private func checkIsWebsite(_ id: String, _ pass: BrowserPass) async throws(RequestRefusal) {
        let list = try await watch.ask { () async throws(ChromeFailure) in try await chrome.targets(.list, .list, pass)
        }
        guard list.ofWebsites.socketPaths.contains("/devtools/page/\(id)") else { throw .chrome(.noSuchEndpoint) }
    }

    /// A missing endpoint is the client's concern only where the client named it. When Chrome denies one that was just looked
    /// up, that is Chrome's failure.
    private func connect(
        _ endpoint: SocketEndpoint,
        _ pass: BrowserPass
    ) async throws(ChromeFailure) -> ChromeEndpoint.Connection {
        if let named = endpoint.namedPath { return try await chrome.open(named, pass) }
        let isPage = endpoint == .root && root == .page
        let path = isPage ? try await chrome.firstPagePath(pass) : pass.browserPath
        do throws(ChromeFailure) {
            return try await chrome.open(path, pass)
        } catch {
            throw error == .noSuchEndpoint ? .malformedAnswer : error
        }
    }
}

/// A browser that a caller was let into, and Chrome's side of the connection.
struct DrivenBrowser {
    let pass: BrowserPass
    let chrome: ChromeEndpoint.Connection
}

extension RequestRefusal {
    /// Whether a Chrome that went, or came, in the middle may be the cause.
    fileprivate var isOfRestart: Bool {
        switch self {
        case .chrome(.unreachable), .chrome(.malformedAnswer): true
        default: false
        }
    }
}
