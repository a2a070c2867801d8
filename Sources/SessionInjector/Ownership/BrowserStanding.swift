public import ProxyCore

/// What one proxy knows of a browser as it hands its place to another.
public struct BrowserStanding: Sendable, Equatable {
    /// The id of the Chrome process.
    public let id: String
    /// Who has used it; nil when nobody has.
    public let record: BrowserRecord?
    /// Whether somebody is driving it.
    public let isDriven: Bool

    /// What is known of a browser.
    public init(id: String, record: BrowserRecord?, isDriven: Bool) {
        self.id = id
        self.record = record
        self.isDriven = isDriven
    }

    /// It as JSON, for the other process. It contains no secret.
    public var json: JSONValue {
        ["id": JSONValue(id), "record": record?.json ?? .null, "driven": .bool(isDriven)]
    }

    /// Reads it; nil when the JSON is not one.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let isDriven = json["driven"]?.boolValue, let kept = json["record"]
        else {
            return nil
        }
        var record: BrowserRecord?
        if !kept.isNull {
            record = BrowserRecord(json: kept)
            guard record != nil else { return nil }
        }
        self.init(id: id, record: record, isDriven: isDriven)
    }
}
