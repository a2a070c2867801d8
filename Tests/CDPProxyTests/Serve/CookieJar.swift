import ProxyCore
import TestSupport

/// What of CDP a scripted Chrome must know to be given cookies.
final class CookieJar {
    /// The names of the cookies it was given.
    private(set) var names: [String] = []
    /// How many times it was given some.
    private(set) var fillings = 0
    /// Whether it forgets what it is given.
    var isLeaky = false
    /// Whether it answers when it is given some.
    var isSilent = false

    private var cookies: [JSONValue] = []

    /// Takes the commands of a Chrome's WebSockets.
    func attach(to chrome: ScriptedChrome) {
        chrome.command = { [unowned self] in answer($0, $1) }
    }

    /// Has a cookie that the proxy did not set.
    func add(_ name: String) { cookies.append(["name": JSONValue(name)]) }

    /// Is another browser's, which has none yet.
    func empty() { cookies = [] }

    private func answer(_ method: String, _ parameters: JSONValue) -> JSONValue? {
        switch method {
        case "Storage.setCookies" where isSilent: return nil
        case "Storage.setCookies":
            let given = parameters["cookies"]?.arrayValue ?? []
            fillings += 1
            names += given.compactMap { $0["name"]?.stringValue }
            if !isLeaky { cookies += given }
            return [:]
        case "Storage.getCookies": return ["cookies": .array(cookies)]
        default: return [:]
        }
    }
}
