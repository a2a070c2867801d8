/// The side that ended a connection.
public enum RelaySide: String, Sendable {
    /// The automation client: by its Close frame, its fault or its disappearance.
    case client
    /// Chrome.
    case chrome
    /// The proxy: a drain, an expired token.
    case proxy
}
