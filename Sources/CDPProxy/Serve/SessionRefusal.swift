import ProxyCore

/// Why a caller may not use the browser, or not with the stored session that belongs to them.
enum SessionRefusal: Error, Sendable, Equatable {
    /// There is none of that id or name, or it is another user's.
    case notFound
    /// It has expired.
    case expired
    /// The browser is another caller's, or holds another stored session.
    case conflict
    /// The browser was used, and there is no record of the user.
    case used
    /// It cannot be opened.
    case unreadable(UnreadableCause)
    /// The database cannot be asked.
    case storeUnavailable
    /// Chrome did not take it, or not all of it.
    case injectionFailed
    /// The record of the browser's owner cannot be kept.
    case stateUnavailable
}

/// Why a stored session cannot be opened: for the log, and what to do about it.
enum UnreadableCause: String, Sendable {
    /// There is no key.
    case noKey = "no key: set SESSION_ENCRYPTION_SECRET or SESSION_USER_KEY"
    /// The key does not fit, or the bytes are damaged.
    case otherKeyOrDamaged = "it was sealed under another secret, or is damaged"
    /// The sealed bytes are not a storage state.
    case noState = "the sealed bytes are no storage state"
    /// The row is unusable.
    case row = "its row in the database is damaged"
}

extension SessionRefusal {
    /// The label of the log and of the metric, and `error` in the answer's body.
    var reason: String {
        switch self {
        case .notFound: "session_missing"
        case .expired: "session_expired"
        case .conflict: "conflict"
        case .used: "browser_used"
        case .unreadable: "session_unreadable"
        case .storeUnavailable: "session_store_unavailable"
        case .injectionFailed: "injection_failed"
        case .stateUnavailable: "state_unavailable"
        }
    }

    /// The status a client is answered with.
    var status: HTTPStatus {
        switch self {
        case .notFound: .notFound
        case .expired: .gone
        case .conflict, .used: .conflict
        case .unreadable, .storeUnavailable, .injectionFailed, .stateUnavailable: .badGateway
        }
    }

    /// What the client's user may do about it.
    var advice: String {
        switch self {
        case .notFound: "there is no stored session of that id or name for this user"
        case .expired: "the stored session has expired; store it anew"
        case .conflict:
            "this browser is another caller's, or holds another stored session; use a browser of its own for each"
        case .used: "this browser was used before, and the proxy has no record of the user; restart Chrome"
        case .unreadable: "the stored session cannot be opened"
        case .storeUnavailable: "the stored sessions cannot be read"
        case .injectionFailed: "the stored session could not be put into Chrome whole"
        case .stateUnavailable: "the proxy cannot record whose browser this is"
        }
    }
}
