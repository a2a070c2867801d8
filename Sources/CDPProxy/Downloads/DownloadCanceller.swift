import ProxyCore
import SessionInjector

/// Tells Chrome to end downloads.
///
/// Lives on the loop's thread.
final class DownloadCanceller {
    private let chrome: ChromeEndpoint
    private let watch: ChromeWatch
    private let door: BrowserDoor
    private let loop: EventLoop
    /// How long Chrome may take.
    private let timeout: Duration

    /// A canceller in one Chrome.
    init(in chrome: ChromeEndpoint, watch: ChromeWatch, behind door: BrowserDoor, _ context: ServerContext) {
        self.chrome = chrome
        self.watch = watch
        self.door = door
        loop = context.loop
        timeout = context.timeouts.chrome
    }

    /// Cancels downloads by their ids; false when Chrome did not do it.
    func cancel(_ ids: [String]) async -> Bool {
        let deadline = loop.now + timeout
        guard let browser = try? await watch.currentBrowser(until: loop.now) else { return false }
        let pass = door.passToTidy(browser)
        guard let connection = try? await chrome.open(pass.browserPath, pass) else { return false }
        let socket = WebSocketStream(over: connection.stream, received: connection.received)
        socket.setDeadline(deadline)
        let isDone: Bool
        do throws(CDPError) {
            try await BrowserDownloads.cancel(ids, over: CDPClient(over: socket))
            isDone = true
        } catch {
            isDone = false
        }
        await socket.close()
        return isDone
    }
}
