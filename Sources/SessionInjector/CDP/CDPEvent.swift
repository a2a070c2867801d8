public import ProxyCore

/// Something Chrome says unasked.
public struct CDPEvent: Sendable, Equatable {
    /// For example `Fetch.requestPaused`.
    public var method: String
    /// The event's own fields; an empty object where it has none.
    public var parameters: JSONValue
    /// The flat session it belongs to; nil for the one the connection was opened to.
    public var sessionID: String?
}
