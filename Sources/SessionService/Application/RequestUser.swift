import Synchronization

/// The user of one request. The authentication middleware sets it once; the middlewares outside it read it.
///
/// Each middleware has its own copy of the request's context. They all share this one object, so that the log line of
/// `ErrorMiddleware` can name the user.
final class RequestUser: Sendable {
    private let storage = Mutex<String?>(nil)

    /// The user's id; nil until the user is established.
    var userID: String? {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}
