public import ProxyCore

/// What is known of a Chrome process, as it is kept on disk: it outlives the proxy.
public enum BrowserRecord: Sendable, Equatable {
    /// These visitors drove it without a stored session.
    case bare(BrowserVisitors)
    /// An injection was running. In a record from disk it means that the proxy ended meanwhile, so that the browser may
    /// hold a part of the session.
    case injecting(BrowserHolding)
    /// It holds a stored session.
    case holding(BrowserHolding)
}

// MARK: - JSON

extension BrowserRecord {
    /// The record as JSON. It contains no secret.
    public var json: JSONValue {
        switch self {
        case .bare(let visitors):
            ["state": "bare", "callers": .array(visitors.callers.map(\.json)), "more": .bool(visitors.hasMore)]
        case .injecting(let holding): holding.json(state: "injecting")
        case .holding(let holding): holding.json(state: "holding")
        }
    }

    /// Reads a record; nil when the JSON is not one.
    public init?(json: JSONValue) {
        switch json["state"]?.stringValue {
        case "bare":
            guard let elements = json["callers"]?.arrayValue, let hasMore = json["more"]?.boolValue else { return nil }
            let callers = elements.compactMap { BrowserCaller(json: $0) }
            guard callers.count == elements.count else { return nil }
            self = .bare(BrowserVisitors(callers, hasMore: hasMore))
        case "injecting":
            guard let holding = BrowserHolding(json: json) else { return nil }
            self = .injecting(holding)
        case "holding":
            guard let holding = BrowserHolding(json: json) else { return nil }
            self = .holding(holding)
        default: return nil
        }
    }
}

extension BrowserCaller {
    /// Leaves out the admin role: what an admin left in a browser is that user's, as with any caller.
    fileprivate var json: JSONValue {
        ["user": JSONValue(optional: userID), "session": JSONValue(optional: sessionID)]
    }

    fileprivate init?(json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        self.init(userID: json["user"]?.stringValue, sessionID: json["session"]?.stringValue)
    }
}

extension BrowserHolding {
    fileprivate func json(state: String) -> JSONValue {
        [
            "state": JSONValue(state), "stored": JSONValue(session.id), "user": JSONValue(session.userID),
            "session": JSONValue(optional: sessionID),
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let id = json["stored"]?.stringValue, let userID = json["user"]?.stringValue else { return nil }
        self.init(
            session: BrowserClaim.Session(id: id, userID: userID),
            sessionID: json["session"]?.stringValue
        )
    }
}

extension JSONValue {
    fileprivate init(optional text: String?) { self = text.map { JSONValue($0) } ?? .null }
}
