import ProxyCore
import SessionInjector

/// CDP_PROXY_INJECT=start: the stored session is in the browser before the first client comes.
///
/// Lives on the loop's thread.
final class StartInjection {
    /// Whether the session is to be in the browser and is not yet: the server is not ready before.
    private(set) var isPending: Bool

    private let placement: SessionPlacement
    private let watch: ChromeWatch
    private let shutdown: Shutdown
    /// The one browser session this container serves.
    private let sessionID: String?
    private let loop: EventLoop
    private let log: EventLog

    /// An injection that has not begun; one that is not `wanted` never does.
    init(
        isWanted: Bool,
        of placement: SessionPlacement,
        sessionID: String?,
        watch: ChromeWatch,
        until shutdown: Shutdown,
        _ context: ServerContext
    ) {
        isPending = isWanted
        self.placement = placement
        self.sessionID = sessionID
        self.watch = watch
        self.shutdown = shutdown
        loop = context.loop
        log = context.log
    }

    /// Puts the configured session into Chrome, trying again until it is in: Chrome may still be starting.
    func run() async {
        var reported: String?
        while isPending, !shutdown.isStopping {
            guard let browser = try? await watch.currentBrowser(until: loop.now) else {
                await loop.sleep(until: .now() + ChromeWatch.pause)
                continue
            }
            do throws(RequestRefusal) {
                let visit = try await placement.visitAtStart(of: sessionID)
                placement.leave(try await placement.enter(browser, visit, to: .drive))
                isPending = false
            } catch {
                if error.reason != reported, !shutdown.isClosed { report(error) }
                reported = error.reason
                await loop.sleep(until: .now() + Self.pause)
            }
        }
    }

    private func report(_ refusal: RequestRefusal) {
        log.record(
            .error,
            "session_not_injected",
            ["reason": .string(refusal.reason), "cause": refusal.cause.map { .string($0) }]
        )
    }

    /// How long it waits after a failure.
    private static let pause = Duration.seconds(2)
}
