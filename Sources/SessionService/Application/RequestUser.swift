import ProxyCore
import Synchronization

/// The user of one request. The authentication middleware sets it once; the middlewares outside it read it.
///
/// Each middleware has its own copy of the request's context. They all share this one object, so that the log line of
/// `ErrorMiddleware` can name the user.
final class RequestUser: Sendable {
    private let storage = Mutex<(userID: String, permissions: PermissionSet)?>(nil)

    /// The user's id; nil until the user is established.
    var userID: String? { storage.withLock { $0?.userID } }

    /// What the caller may do with the user's sessions: nothing until the user is established.
    var permissions: PermissionSet { storage.withLock { $0?.permissions ?? [] } }

    /// Establishes the user.
    func set(_ userID: String, _ permissions: PermissionSet) { storage.withLock { $0 = (userID, permissions) } }
}
