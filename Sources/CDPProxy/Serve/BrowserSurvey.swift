import ProxyCore
import SessionInjector

/// Finds out which callers have used a Chrome process: from the record that an earlier run of the proxy kept, else from the
/// cookies and pages in the browser.
///
/// Lives on the loop's thread.
final class BrowserSurvey {
    private let chrome: ChromeEndpoint
    private let state: KeptState
    /// The policy for a used browser; nil where no stored session can be opened: then the proxy does not look at Chrome.
    private let usedBrowser: UsedBrowserPolicy?
    /// How long Chrome may take for each look.
    private let timeout: Duration
    private let loop: EventLoop
    private let log: EventLog

    /// A survey of one Chrome.
    init(of chrome: ChromeEndpoint, state: KeptState, usedBrowser: UsedBrowserPolicy?, _ context: ServerContext) {
        self.chrome = chrome
        self.state = state
        self.usedBrowser = usedBrowser
        loop = context.loop
        timeout = context.timeouts.chrome
        log = context.log
    }

    // MARK: - The record

    /// The record of a process; nil for a fresh one.
    func learn(_ pass: BrowserPass) async throws(RequestRefusal) -> BrowserRecord? {
        if let text = try state.record(of: pass.browser) {
            guard let value = try? JSONValue.parse(text: text), let record = BrowserRecord(json: value) else {
                return try refuseUsed(pass, ["record": "unreadable"])
            }
            return record
        }
        guard let usedBrowser else { return .bare(BrowserVisitors()) }
        return try await judge(pass, usedBrowser)
    }

    /// Keeps the record of a process.
    func keep(_ record: BrowserRecord, _ browser: String) throws(RequestRefusal) {
        try state.keep(String(decoding: record.json.serialized(), as: UTF8.self), of: browser)
    }

    // MARK: - The browser itself

    private func judge(_ pass: BrowserPass, _ policy: UsedBrowserPolicy) async throws(RequestRefusal) -> BrowserRecord?
    {
        if policy == .adopt { return nil }
        let looks = try await asked(pass) { client throws(CDPError) in try await BrowserContents.read(over: client) }
        if looks.isFresh { return nil }
        guard policy == .clear else { return try refuseUsed(pass, looks.fields) }
        let left = try await asked(pass) { client throws(CDPError) in
            try await BrowserContents.clear(over: client)
            return try await BrowserContents.read(over: client)
        }
        guard left.isFresh else { return try refuseUsed(pass, left.fields) }
        log.record(.warning, "browser_cleared", looks.fields)
        return nil
    }

    /// Asks the browser something over CDP, within the timeout.
    private func asked<Answer>(
        _ pass: BrowserPass,
        _ question: (CDPClient) async throws(CDPError) -> Answer
    ) async throws(RequestRefusal) -> Answer {
        let connection: ChromeEndpoint.Connection
        do throws(ChromeFailure) {
            connection = try await chrome.open(pass.browserPath, pass)
        } catch {
            throw .chrome(error == .noSuchEndpoint ? .malformedAnswer : error)
        }
        let socket = WebSocketStream(over: connection.stream, received: connection.received)
        socket.setDeadline(loop.now + timeout)
        let answer: Result<Answer, CDPError>
        do throws(CDPError) { answer = .success(try await question(CDPClient(over: socket))) } catch {
            answer = .failure(error)
        }
        await socket.close()
        do throws(CDPError) { return try answer.get() } catch {
            log.record(.error, "browser_not_judged", ["detail": .string("\(error)")])
            throw .chrome(error == .stream(.stream(.deadline)) ? .timedOut : .malformedAnswer)
        }
    }

    private func refuseUsed(
        _ pass: BrowserPass,
        _ fields: KeyValuePairs<String, LogValue?>
    ) throws(RequestRefusal) -> BrowserRecord? {
        log.record(.error, "browser_used") { line in
            for (name, value) in fields { if let value { line.append(name, value) } }
            line.append("browser", pass.browser)
            line.append(
                "advice",
                "restart Chrome with a profile of its own, or set CDP_PROXY_USED_BROWSER to clear or adopt"
            )
        }
        throw .session(.used)
    }
}

extension BrowserContents {
    fileprivate var fields: KeyValuePairs<String, LogValue?> {
        ["cookies": .integer(cookies), "pages": .integer(pages), "contexts": .integer(contexts)]
    }
}
