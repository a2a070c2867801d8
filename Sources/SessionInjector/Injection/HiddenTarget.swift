import ProxyCore

/// A target that nobody sees, whose requests are all answered here: the place where origins' storage is set.
///
/// Chrome ends it with the connection it was made through, so not even a failure leaves it behind.
final class HiddenTarget {
    private let client: CDPClient
    private var targetID: String?
    private var sessionID: String?
    private var isGone = false

    /// Nothing is sent yet. The client's events come here until `close`.
    init(over client: CDPClient) {
        self.client = client
        client.onEvent = { [unowned self] event throws(CDPError) in try await receive(event) }
    }

    /// Makes the target and sees to it that no request of it leaves Chrome.
    func open() async throws(CDPError) {
        let made = try await client.call("Target.createTarget", ["url": "about:blank", "hidden": true])
        guard let targetID = made["targetId"]?.stringValue else {
            throw .unexpectedAnswer(method: "Target.createTarget")
        }
        self.targetID = targetID
        let attached = try await client.call(
            "Target.attachToTarget",
            ["targetId": JSONValue(targetID), "flatten": true]
        )
        guard let sessionID = attached["sessionId"]?.stringValue else {
            throw .unexpectedAnswer(method: "Target.attachToTarget")
        }
        self.sessionID = sessionID
        // A service worker of the origin would answer a navigation before `Fetch` sees it, with the site's own page.
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

    /// Visits an origin and sets its storage. Nil when Chrome would not go there or the page would not have it.
    func restore(_ visit: InjectionPlan.Visit) async throws(CDPError) -> RestoreScript.Outcome? {
        do throws(CDPError) {
            let url = JSONValue("\(visit.origin.text)/")
            let navigated = try await client.call("Page.navigate", ["url": url], session: sessionID)
            // It has committed; what it loads has not been waited for, nor need it be.
            guard navigated["errorText"] == nil else { return nil }
            let evaluation = RestoreScript.evaluation(for: visit)
            return RestoreScript.Outcome(try await client.call("Runtime.evaluate", evaluation, session: sessionID))
        } catch .refused {
            return nil
        }
    }

    /// Closes the target and waits until it is gone, half a second at most.
    func close() async {
        if let targetID {
            client.setDeadline(Instant.now() + .milliseconds(500))
            try? await client.post("Target.closeTarget", ["targetId": JSONValue(targetID)])
            try? await client.read { isGone }
        }
        client.onEvent = nil
    }

    private func receive(_ event: CDPEvent) async throws(CDPError) {
        switch event.method {
        case "Fetch.requestPaused" where event.sessionID == sessionID:
            guard let request = event.parameters["requestId"] else { return }
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
