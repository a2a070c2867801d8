import ProxyCore

/// A hidden target in which the injector sets the storage of one origin after another. The injector answers every
/// request of the target itself.
///
/// Chrome closes the target with the connection that made it, so not even a failure leaves it behind.
final class HiddenTarget {
    private let client: CDPClient
    private var creation: CDPClient.PendingCommand?
    private var targetID: String?
    private var sessionID: String?
    private var isGone = false
    /// Whether the visited origin has the scheme http.
    private var wantsHTTP = false
    /// Whether Chrome asked for the origin over https instead.
    private var wasUpgraded = false

    /// How a visit ended.
    enum Result: Equatable {
        /// The page set the storage and read it back.
        case restored(RestoreScript.Outcome)
        /// Chrome opens no page of that origin for any client.
        case leftOut(OriginProblem)
        /// Chrome refused the navigation or the script, or the visit is longer than a message may be.
        case missing
    }

    /// Sends nothing yet. The target receives the client's events until `close`.
    init(over client: CDPClient) {
        self.client = client
        client.onEvent = { [unowned self] event throws(CDPError) in try await receive(event) }
    }

    /// Makes the target and intercepts all its requests, so that none leaves Chrome.
    func open() async throws(CDPError) {
        creation = try await client.send("Target.createTarget", ["url": "about:blank", "hidden": true])
        let targetID = try await created()
        let attached = try await client.call(
            "Target.attachToTarget",
            ["targetId": JSONValue(targetID), "flatten": true]
        )
        guard let sessionID = attached["sessionId"]?.stringValue else {
            throw .unexpectedAnswer(method: "Target.attachToTarget")
        }
        self.sessionID = sessionID
        // A service worker of the origin would answer a navigation before `Fetch` sees it, with the site's own page.
        // Chrome bypasses it only while `Network` is enabled, although the command succeeds without it (Chromium 156).
        try await client.post("Network.enable", session: sessionID)
        let bypass = try await client.send("Network.setBypassServiceWorker", ["bypass": true], session: sessionID)
        let interception = try await client.send(
            "Fetch.enable",
            ["patterns": [["urlPattern": "*"]]],
            session: sessionID
        )
        _ = try await client.answer(to: bypass)
        _ = try await client.answer(to: interception)
    }

    /// Waits for the answer to the command that makes the target, once only, whether it succeeds or fails.
    private func created() async throws(CDPError) -> String {
        guard let creation else { throw .unexpectedAnswer(method: "Target.createTarget") }
        let made: JSONValue
        do throws(CDPError) {
            made = try await client.answer(to: creation)
        } catch .refused(let method, let code) {
            self.creation = nil
            throw .refused(method: method, code: code)
        }
        self.creation = nil
        guard let targetID = made["targetId"]?.stringValue else {
            throw .unexpectedAnswer(method: "Target.createTarget")
        }
        self.targetID = targetID
        return targetID
    }

    /// Asks Chrome how it writes the hosts and paths that have several spellings.
    func spell(_ spelling: ChromeSpelling) async throws(CDPError) -> ChromeSpelling {
        do throws(CDPError) {
            let question = SpellingScript.evaluation(for: spelling)
            let answer = try await client.call("Runtime.evaluate", question, session: sessionID)
            return SpellingScript.spelling(answer, after: spelling)
        } catch {
            switch error {
            case .refused, .tooLong: return spelling
            case .stream, .unexpectedAnswer: throw error
            }
        }
    }

    /// Opens the origin and sets its storage.
    func restore(_ visit: InjectionPlan.Visit) async throws(CDPError) -> Result {
        wantsHTTP = visit.origin.scheme == "http"
        wasUpgraded = false
        do throws(CDPError) {
            let url = JSONValue("\(visit.origin.description)/")
            let navigated = try await client.call("Page.navigate", ["url": url], session: sessionID)
            // The answer comes once the navigation has committed. The script need not wait for the page to load.
            if let error = navigated["errorText"] { return failure(error.stringValue) }
            let evaluation = RestoreScript.evaluation(for: visit)
            let answer = try await client.call("Runtime.evaluate", evaluation, session: sessionID)
            if let outcome = RestoreScript.Outcome(answer, of: visit) { return .restored(outcome) }
            return failure(nil)
        } catch {
            switch error {
            case .refused, .tooLong: return .missing
            case .stream, .unexpectedAnswer: throw error
            }
        }
    }

    private func failure(_ errorText: String?) -> Result {
        if wasUpgraded { return .leftOut(.upgraded) }
        return errorText == "net::ERR_BLOCKED_BY_ADMINISTRATOR" ? .leftOut(.policy) : .missing
    }

    /// Closes the target and waits, for at most `closingTime`, until Chrome reports it closed. If the deadline passed
    /// before Chrome answered the command that makes the target, waits for that answer first.
    func close() async {
        defer { client.onEvent = nil }
        guard creation != nil || targetID != nil else { return }
        client.setDeadline(Instant.now() + Self.closingTime)
        if creation != nil { _ = try? await created() }
        if let targetID {
            try? await client.post("Target.closeTarget", ["targetId": JSONValue(targetID)])
            try? await client.read { isGone || sessionID == nil }
        }
        creation = nil
        targetID = nil
    }

    /// How long `close` may take beyond the injection's deadline.
    private static let closingTime = Duration.milliseconds(500)

    private func receive(_ event: CDPEvent) async throws(CDPError) {
        switch event.method {
        case "Fetch.requestPaused" where event.sessionID == sessionID:
            guard let request = event.parameters["requestId"] else { return }
            if wantsHTTP, event.parameters["request"]?["url"]?.stringValue?.hasPrefix("https:") == true {
                // Chrome tries https first. Refused, as by a site without https, it falls back to http unless it must
                // upgrade.
                wasUpgraded = true
                let refusal: JSONValue = ["requestId": request, "errorReason": "ConnectionRefused"]
                return try await client.post("Fetch.failRequest", refusal, session: sessionID)
            }
            try await client.post("Fetch.fulfillRequest", Self.emptyPage(for: request), session: sessionID)
        case "Target.detachedFromTarget" where event.parameters["sessionId"]?.stringValue == sessionID:
            isGone = true
        default:
            break
        }
    }

    /// The answer to every request: a page without content. It names an icon, because Chrome would otherwise fetch
    /// `/favicon.ico`, possibly after the target and its interception have ended.
    private static func emptyPage(for request: JSONValue) -> JSONValue {
        [
            "requestId": request, "responseCode": 200,
            "responseHeaders": [["name": "Content-Type", "value": "text/html"]],
            // <!doctype html><link rel=icon href="data:,">
            "body": "PCFkb2N0eXBlIGh0bWw+PGxpbmsgcmVsPWljb24gaHJlZj0iZGF0YTosIj4=",
        ]
    }
}
