import ProxyCore

/// A target that nobody sees, whose requests are all answered here: the place where origins' storage is set.
///
/// Chrome ends it with the connection it was made through, so not even a failure leaves it behind.
final class HiddenTarget {
    private let client: CDPClient
    private var creation: CDPClient.Ticket?
    private var targetID: String?
    private var sessionID: String?
    private var isGone = false
    /// Whether the origin that is being visited is one of http.
    private var wantsHTTP = false
    /// Whether Chrome has asked for it over https in its place.
    private var wasUpgraded = false

    /// What came of a visit.
    enum Result: Equatable {
        /// The page has set and read back.
        case restored(RestoreScript.Outcome)
        /// Chrome opens no page of that origin, for nobody.
        case leftOut(OriginProblem)
        /// Chrome would not go there or the page would not have it, or it is more than a message holds.
        case missing
    }

    /// Nothing is sent yet. The client's events come here until `close`.
    init(over client: CDPClient) {
        self.client = client
        client.onEvent = { [unowned self] event throws(CDPError) in try await receive(event) }
    }

    /// Makes the target and sees to it that no request of it leaves Chrome.
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
        // A service worker of the origin would answer a navigation before `Fetch` sees it, with the site's own page. It
        // is bypassed only while `Network` is enabled (Chromium 156), although the command itself succeeds without.
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

    /// The answer to the command that makes the target. However it comes out, it is waited for once only.
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

    /// Has Chrome say how it writes what can be written in several ways.
    func spell(_ spelling: Spelling) async throws(CDPError) -> Spelling {
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

    /// Visits an origin and sets its storage.
    func restore(_ visit: InjectionPlan.Visit) async throws(CDPError) -> Result {
        wantsHTTP = visit.origin.scheme == "http"
        wasUpgraded = false
        do throws(CDPError) {
            let url = JSONValue("\(visit.origin.description)/")
            let navigated = try await client.call("Page.navigate", ["url": url], session: sessionID)
            // It has committed; what it loads has not been waited for, nor need it be.
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

    /// Closes the target and waits until it is gone, half a second at most. A deadline may have come between the command
    /// that makes the target and its answer: then that is waited for first.
    func close() async {
        defer { client.onEvent = nil }
        guard creation != nil || targetID != nil else { return }
        client.setDeadline(Instant.now() + .milliseconds(500))
        if creation != nil { _ = try? await created() }
        if let targetID {
            try? await client.post("Target.closeTarget", ["targetId": JSONValue(targetID)])
            try? await client.read { isGone || sessionID == nil }
        }
        creation = nil
        targetID = nil
    }

    private func receive(_ event: CDPEvent) async throws(CDPError) {
        switch event.method {
        case "Fetch.requestPaused" where event.sessionID == sessionID:
            guard let request = event.parameters["requestId"] else { return }
            if wantsHTTP, event.parameters["request"]?["url"]?.stringValue?.hasPrefix("https:") == true {
                // Chrome tries https first. As with a site that has none, it then takes http, if it may at all.
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

    /// The answer to every request: a page without content. It names an icon, or Chrome would fetch `/favicon.ico`,
    /// and could do so after the interception has ended with the target.
    private static func emptyPage(for request: JSONValue) -> JSONValue {
        [
            "requestId": request, "responseCode": 200,
            "responseHeaders": [["name": "Content-Type", "value": "text/html"]],
            // <!doctype html><link rel=icon href="data:,">
            "body": "PCFkb2N0eXBlIGh0bWw+PGxpbmsgcmVsPWljb24gaHJlZj0iZGF0YTosIj4=",
        ]
    }
}
