extension ParameterCheck {
    /// Whether these parameters may go with the method: the permission for it is there.
    func allows(_ parameters: JSONValue, _ policy: CommandPolicy) -> Bool {
        switch self {
        case .url: Self.isOpen(parameters["url"], policy.addresses)
        case .newTarget: parameters["url"]?.isString("") == true || Self.isOpen(parameters["url"], policy.addresses)
        case .newContext:
            ["proxyServer", "proxyBypassList", "originsWithUniversalNetworkAccess"].allSatisfy { parameters[$0] == nil }
        case .flatAttach: parameters["flatten"]?.boolValue == true
        case .autoAttach:
            WebTargets.isFilter(parameters["filter"])
                && (parameters["autoAttach"]?.boolValue == false || parameters["flatten"]?.boolValue == true)
        case .targets: WebTargets.isFilter(parameters["filter"])
        case .files: Self.areUploads(parameters["files"], policy.uploadFolders)
        case .dragFiles: Self.isEmpty(parameters["data"]?["files"])
        case .reload:
            parameters["scriptToEvaluateOnLoad"] == nil || policy.permissions?.allows(.sessionsExtract) ?? true
        case .tracing: parameters["perfettoConfig"] == nil && Self.isChromesOwn(parameters["tracingBackend"])
        // What becomes of them does not depend on their parameters.
        case .download, .browserClose: true
        }
    }

    /// The parameters that go on in place of these, which are allowed.
    func settled(_ parameters: JSONValue, _ policy: CommandPolicy) -> JSONValue {
        guard policy.isEnforced else { return parameters }
        switch self {
        case .download: return policy.downloadFolder.map { Self.download(parameters, to: $0) } ?? parameters
        case .autoAttach where parameters["autoAttach"]?.boolValue == true: return Self.filtered(parameters)
        // Chrome takes no filter with what ends it.
        case .targets where parameters["discover"]?.boolValue != false: return Self.filtered(parameters)
        default: return parameters
        }
    }

    private static func filtered(_ parameters: JSONValue) -> JSONValue {
        parameters.adding("filter", WebTargets.filter(within: parameters["filter"]))
    }

    private static func download(_ parameters: JSONValue, to folder: String) -> JSONValue {
        guard ["allow", "allowAndName"].contains(parameters["behavior"]?.stringValue) else {
            return only(["behavior", "browserContextId", "eventsEnabled"], of: parameters)
        }
        // By its id a file is fetched, and cancelled: `allow` would name it as its site likes.
        return only(["browserContextId", "eventsEnabled"], of: parameters)
            .adding("behavior", "allowAndName").adding("downloadPath", JSONValue(folder))
    }

    private static func only(_ names: [String], of parameters: JSONValue) -> JSONValue {
        names.reduce([:]) { kept, name in parameters[name].map { kept.adding(name, $0) } ?? kept }
    }

    private static func isOpen(_ url: JSONValue?, _ addresses: PageAddress) -> Bool {
        guard let url else { return true }
        return url.stringValue.map(addresses.isOpen) ?? false
    }

    private static func areUploads(_ files: JSONValue?, _ folders: [String]) -> Bool {
        files?.arrayValue?.allSatisfy { file in
            guard let path = file.stringValue else { return false }
            return folders.contains { isBelow($0, path) }
        } ?? false
    }

    /// Whether the path goes down from the folder, step by step. Paths that take another way there are not understood.
    private static func isBelow(_ folder: String, _ path: String) -> Bool {
        guard path.utf8.starts(with: folder.utf8) else { return false }
        var steps = path.utf8.dropFirst(folder.utf8.count).split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false
        )
        guard steps.count > 1, steps.removeFirst().isEmpty else { return false }
        return steps.allSatisfy { step in
            !step.isEmpty && !step.elementsEqual(".".utf8) && !step.elementsEqual("..".utf8) && !step.contains(0)
        }
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
        case .flatAttach: "flatten must be true"
        case .autoAttach: "flatten must be true, and filter a target filter"
        case .targets: "filter must be a target filter"
        case .files:
            "of the browser's machine, only files in the folder of uploads or of the client's downloads are given to pages"
        case .dragFiles: "files of the browser's machine are not given to pages"
        case .reload: "a script needs sessions.extract"
        case .tracing: "a trace is Chrome's own, and goes to the client"
        case .download: "the folder of downloads is the proxy's to choose"
        case .browserClose: "it may not be sent"
        }
    }
}
