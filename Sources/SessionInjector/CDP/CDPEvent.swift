public import ProxyCore

/// A message that Chrome sends without a command: its method and its parameters.
public struct CDPEvent: Sendable, Equatable {
    /// For example `Fetch.requestPaused`.
    public var method: String
    /// The event's own fields; an empty object when it has none.
    public var parameters: JSONValue
    /// The flat session of the event; nil for the session the connection was opened to.
    public var sessionID: String?
}
