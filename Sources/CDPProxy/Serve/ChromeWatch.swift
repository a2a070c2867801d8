import ProxyCore

/// Chrome as the proxy knows it: whether it is up, which process it is now, and the wait for one that is being restarted.
///
/// Lives on the loop's thread.
final class ChromeWatch {
    private let chrome: ChromeEndpoint
    private let loop: EventLoop
    private let shutdown: Shutdown
    /// How long an answer to whether Chrome is up counts.
    private let probeInterval: Duration
    private let gauge: Gauge

    private var lastProbe: (at: Instant, isUp: Bool)?
    private let probe = SingleFlight<Bool>()
    private let search = SingleFlight<Void>()
    /// The id of the Chrome process that answered last.
    private(set) var lastBrowser: String?

    /// A watch over a Chrome that was not asked yet.
    init(over chrome: ChromeEndpoint, until shutdown: Shutdown, _ context: ServerContext) {
        self.chrome = chrome
        self.shutdown = shutdown
        loop = context.loop
        probeInterval = context.timeouts.probe
        gauge = context.metrics.chromeUp
    }

    // MARK: Whether it is up

    /// Whether Chrome answers. Chrome is asked at most once in a probe interval, and once at a time: a Chrome that is slow to
    /// answer gets one question, however many callers ask.
    func isUp() async -> Bool {
        if let lastProbe, loop.now.since(lastProbe.at) < probeInterval { return lastProbe.isUp }
        return await probe.value {
            let isUp = (try? await chrome.browserPath()) != nil
            saw(up: isUp)
            return isUp
        }
    }

    /// Forgets what the last probe found: Chrome may have gone since, so the next caller has it asked again.
    func doubt() { lastProbe = nil }

    private func saw(up isUp: Bool) {
        lastProbe = (loop.now, isUp)
        gauge.set(isUp)
    }

    /// Asks Chrome something and turns its failure into a refusal. An answer proves that Chrome is up. A failure only proves
    /// that it is down when the probe fails too, which asks for what no page has a part in.
    func ask<Answer>(
        _ question: () async throws(ChromeFailure) -> Answer
    ) async throws(RequestRefusal) -> Answer {
        do throws(ChromeFailure) {
            let answer = try await question()
            saw(up: true)
            return answer
        } catch {
            switch error {
            case .noSuchEndpoint: saw(up: true)
            case .unreachable: doubt()
            case .timedOut, .malformedAnswer, .tooLong: break
            }
            throw .chrome(error)
        }
    }

    // MARK: Which process it is

    /// The id of the Chrome process that answers now. It is looked up each time, since a restarted Chrome has another. A Chrome
    /// that is not there is waited for until the deadline.
    func currentBrowser(until deadline: Instant) async throws(RequestRefusal) -> String {
        while true {
            do throws(RequestRefusal) {
                let path = try await ask { () async throws(ChromeFailure) in try await chrome.browserPath() }
                let browser = String(path.split(separator: "/").last ?? "")
                lastBrowser = browser
                return browser
            } catch .chrome(.unreachable) where !shutdown.isStopping && loop.now < deadline {
                await search.value { await lookForChrome(until: deadline) }
            } catch {
                throw error
            }
        }
    }

    /// Looks for Chrome until it answers, or until the deadline of the caller who began to wait.
    private func lookForChrome(until deadline: Instant) async {
        while !shutdown.isStopping, loop.now < deadline {
            await loop.sleep(until: .now() + Self.pause)
            if (try? await chrome.browserPath()) != nil { return }
        }
    }

    /// How often a Chrome that is not there is looked for.
    static let pause = Duration.milliseconds(50)
}
