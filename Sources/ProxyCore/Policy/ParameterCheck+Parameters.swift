extension ParameterCheck {
    /// Whether these parameters may go with the method: the permission for it is there.
    func allows(_ parameters: JSONValue, _ policy: CommandPolicy) -> Bool {
        switch self {
        case .url: Self.isOpen(parameters["url"], policy.addresses)
        case .newTarget: parameters["url"]?.isString("") == true || Self.isOpen(parameters["url"], policy.addresses)
        case .newContext:
            ["proxyServer", "proxyBypassList", "originsWithUniversalNetworkAccess"].allSatisfy { parameters[$0] == nil }
        case .flatAttach: parameters["flatten"]?.boolValue == true
        case .autoAttach: parameters["autoAttach"]?.boolValue == false || parameters["flatten"]?.boolValue == true
        case .files: false
        case .dragFiles: Self.isEmpty(parameters["data"]?["files"])
        case .reload:
            parameters["scriptToEvaluateOnLoad"] == nil || policy.permissions?.allows(.sessionsExtract) ?? true
        case .tracing: parameters["perfettoConfig"] == nil && Self.isChromesOwn(parameters["tracingBackend"])
        // Neither is passed on, whatever its parameters are.
        case .download, .browserClose: true
        }
    }

    private static func isOpen(_ url: JSONValue?, _ addresses: PageAddress) -> Bool {
        guard let url else { return true }
        return url.stringValue.map(addresses.isOpen) ?? false
    }

    private static func isEmpty(_ list: JSONValue?) -> Bool { list?.arrayValue?.isEmpty ?? (list == nil) }

    private static func isChromesOwn(_ backend: JSONValue?) -> Bool {
        backend == nil || backend?.isString("auto") == true || backend?.isString("chrome") == true
    }

    /// What these parameters must be, for the client whose command has others.
    var advice: String {
        switch self {
        case .url, .newTarget:
            "the address must be http, https, about:blank, blob or data, and none of this machine's own"
        case .newContext: "a context has no proxy of its own"
        case .flatAttach, .autoAttach: "flatten must be true"
        case .files, .dragFiles: "files of the browser's machine are not given to pages"
        case .reload: "a script needs sessions.extract"
        case .tracing: "a trace is Chrome's own, and goes to the client"
        case .download, .browserClose: "it may not be sent"
        }
    }
}
