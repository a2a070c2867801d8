/// Which limit of connections is reached. The raw value is the `cause` in the log.
enum ConnectionLimit: String, Sendable, CaseIterable {
    /// `CDP_PROXY_MAX_CONNECTIONS_PER_ADDRESS`.
    case address
    /// `CDP_PROXY_MAX_CONNECTIONS_PER_SESSION`.
    case session
    /// `CDP_PROXY_MAX_CONNECTIONS_PER_USER`.
    case user
    /// `CDP_PROXY_MAX_CONNECTIONS`.
    case total

    /// What the client is told.
    var advice: String {
        switch self {
        case .address: "as many connections as one address may have are open from this one"
        case .session: "as many connections as one session may have are open for this one"
        case .user: "as many connections as one user may have are open for this one"
        case .total: "as many connections as there may be are open"
        }
    }
}
