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
    /// How long Chrome may take to say that it is up.
    private var patience: Duration
    private let metrics: ChromeMetrics
    private let log: EventLog

    private var lastProbe: (at: Instant, outage: ChromeOutage?)?
    private let probe = SingleFlight<ChromeOutage?>()
    private let search = SingleFlight<Void>()
    /// The outage that was logged last; nil while Chrome is up, or was not asked yet.
    private var known: ChromeOutage?
    private var isClosed = false
    /// The id of the Chrome process that answered last.
    private(set) var lastBrowser: String?

    /// A watch over a Chrome that was not asked yet.
    init(over chrome: ChromeEndpoint, until shutdown: Shutdown, _ context: ServerContext) {
        self.chrome = chrome
        self.shutdown = shutdown
        loop = context.loop
        probeInterval = context.timeouts.probe
        patience = context.timeouts.chrome
        metrics = context.metrics.chrome
        log = context.log
    }

    // MARK: Whether it is up

    /// Why Chrome does not answer; nil when it does. Chrome is asked at most once in a probe interval, and once at a time: a Chrome
    /// that is slow to answer gets one question, however many callers ask.
    func outage() async -> ChromeOutage? {
        if let lastProbe, loop.now.since(lastProbe.at) < probeInterval { return lastProbe.outage }
        return await ask()
    }

    private func ask() async -> ChromeOutage? {
        await probe.value {
            let found: ChromeOutage?
            do throws(ChromeFailure) {
                _ = try await chrome.browserPath(within: patience)
                found = nil
            } catch {
                found = ChromeOutage(error)
            }
            saw(found)
            return found
        }
    }

    /// Forgets what the last probe found: Chrome may have gone since, so the next caller has it asked again.
    func doubt() { lastProbe = nil }

    private func saw(_ outage: ChromeOutage?) {
        lastProbe = (loop.now, outage)
        metrics.saw(outage)
        guard outage != known else { return }
        known = outage
        if let outage {
            log.record(.error, "chrome_down", ["reason": .string(outage.rawValue)])
        } else {
            log.record(.info, "chrome_up")
        }
    }

    // MARK: Whether it is wedged

    /// After how many questions without an answer Chrome counts as wedged. Each has an interval, so it is found within
    /// three.
    private static let mostUnanswered = 2

    /// Asks Chrome once in an interval, whoever is connected, until ``close()``; while Chrome is wedged, `giveUp` is called each time.
    /// Chrome's browser process answers, whatever its pages are busy with: no script delays it.
    func follow(every interval: Duration, giveUp: () -> Void) async {
        patience = min(patience, interval)
        var unanswered = 0
        var next = Instant.now() + interval
        while true {
            await loop.sleep(until: next)
            guard !isClosed else { return }
            next = .now() + interval
            unanswered = await ask() == .noAnswer ? unanswered + 1 : 0
            if unanswered >= Self.mostUnanswered, !isClosed { giveUp() }
        }
    }

    /// Asks no more by itself.
    func close() { isClosed = true }

    /// Asks Chrome something and turns its failure into a refusal. An answer proves that Chrome is up. A failure only proves
    /// that it is down when the probe fails too, which asks for what no page has a part in.
    func ask<Answer>(
        _ question: () async throws(ChromeFailure) -> Answer
    ) async throws(RequestRefusal) -> Answer {
        do throws(ChromeFailure) {
            let answer = try await question()
            saw(nil)
            return answer
        } catch {
            switch error {
            case .noSuchEndpoint: saw(nil)
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
