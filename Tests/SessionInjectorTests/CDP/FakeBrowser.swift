import ProxyCore

@testable import SessionInjector

/// A scripted Chrome without a browser: a stream whose answers are ready as soon as a command was sent. A read without
/// a ready answer fails as at a passed deadline.
final class FakeBrowser: MessageStream {
    /// The commands it received, in order.
    private(set) var commands: [JSONValue] = []
    /// The deadlines the client set, in order.
    private(set) var deadlines: [Instant?] = []
    /// The messages to read; nil stands for a deadline that passes.
    private var outgoing: [[UInt8]?] = []

    /// A cookie with one of these names makes the whole call fail.
    var refusedCookies: Set<String> = []
    /// Cookies with one of these names are accepted and not stored.
    var forgottenCookies: Set<String> = []
    /// Methods it never answers.
    var silentMethods: Set<String> = []
    /// The method whose answer comes after a passed deadline, once.
    var lateMethod: String?
    /// Methods it answers with an error.
    var refusedMethods: Set<String> = []
    /// The page's answer to the restore script; nil for one item and no database, as wanted.
    var evaluation: ((_ expression: String) -> JSONValue)?
    /// Origins it refuses to navigate to, with the error text of each.
    var blockedOrigins: [String: String] = [:]
    /// Whether it asks for http pages over https first, and the error when that is refused; nil falls back to http.
    var upgrades: (all: Bool, error: String?) = (false, nil)

    private var jar: [JSONValue] = []
    private var pendingNavigation: JSONValue?

    var methods: [String] { commands.compactMap { $0["method"]?.stringValue } }

    /// Adds a message that the client has not asked for.
    func say(_ message: JSONValue) { outgoing.append(message.serialized()) }

    func say(bytes: [UInt8]) { outgoing.append(bytes) }

    func setDeadline(_ deadline: Instant?) { deadlines.append(deadline) }

    func receive() async throws(WebSocketStreamError) -> [UInt8] {
        guard !outgoing.isEmpty else { throw .stream(.deadline) }
        guard let message = outgoing.removeFirst() else { throw .stream(.deadline) }
        return message
    }

    func send(_ text: [UInt8]) async throws(WebSocketStreamError) {
        guard let command = try? JSONValue.parse(text), let method = command["method"]?.stringValue else { return }
        commands.append(command)
        guard !silentMethods.contains(method) else { return }
        if method == lateMethod { outgoing.append(nil) }
        guard !refusedMethods.contains(method) else { return refuse(command, code: -32_000) }
        obey(command, method, command["params"] ?? [:])
    }

    private func obey(_ command: JSONValue, _ method: String, _ parameters: JSONValue) {
        switch method {
        case "Storage.setCookies": setCookies(command, parameters["cookies"]?.arrayValue ?? [])
        case "Storage.getCookies": answer(command, ["cookies": .array(jar)])
        case "Target.createTarget": answer(command, ["targetId": "target-1"])
        case "Target.attachToTarget": answer(command, ["sessionId": "session-1"])
        case "Target.closeTarget":
            answer(command, ["success": true])
            say(["method": "Target.detachedFromTarget", "params": ["sessionId": "session-1", "targetId": "target-1"]])
        case "Page.navigate": navigate(command, parameters["url"]?.stringValue ?? "")
        case "Fetch.fulfillRequest":
            answer(command, [:])
            if let navigation = pendingNavigation { answer(navigation, ["frameId": "f", "loaderId": "l"]) }
            pendingNavigation = nil
        case "Fetch.failRequest":
            answer(command, [:])
            if let error = upgrades.error, let navigation = pendingNavigation {
                answer(navigation, ["frameId": "f", "errorText": JSONValue(error)])
                pendingNavigation = nil
            } else {
                pause(pendingNavigation?["params"]?["url"]?.stringValue ?? "")
            }
        case "Runtime.evaluate": answer(command, evaluate(parameters["expression"]?.stringValue ?? ""))
        default: answer(command, [:])
        }
    }

    private func setCookies(_ command: JSONValue, _ cookies: [JSONValue]) {
        let names = cookies.compactMap { $0["name"]?.stringValue }
        guard refusedCookies.isDisjoint(with: names) else { return refuse(command, code: -32_602) }
        jar += cookies.filter { !forgottenCookies.contains($0["name"]?.stringValue ?? "") }
        answer(command, [:])
    }

    private func navigate(_ command: JSONValue, _ url: String) {
        if let error = blockedOrigins[url] { return answer(command, ["frameId": "f", "errorText": JSONValue(error)]) }
        pendingNavigation = command
        pause(upgrades.all && url.hasPrefix("http:") ? "https:\(url.dropFirst(5))" : url)
    }

    private func pause(_ url: String) {
        let request: JSONValue = ["requestId": "interception-1", "request": ["url": JSONValue(url)]]
        say(["method": "Fetch.requestPaused", "params": request, "sessionId": "session-1"])
    }

    private func evaluate(_ expression: String) -> JSONValue {
        if let evaluation { return evaluation(expression) }
        return ["result": ["type": "object", "value": ["items": 1, "databases": 0]]]
    }

    private func answer(_ command: JSONValue, _ result: JSONValue) {
        var message: JSONValue = ["id": command["id"] ?? .null, "result": result]
        if let session = command["sessionId"] { message = message.adding("sessionId", session) }
        say(message)
    }

    private func refuse(_ command: JSONValue, code: Int) {
        say(["id": command["id"] ?? .null, "error": ["code": JSONValue(code), "message": "quotes what it was sent"]])
    }
}
