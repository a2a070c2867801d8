import Synchronization

/// Who asks, written once by the authentication and read by whoever stands around it.
///
/// A request's middlewares each hold their own copy of the context; this is the one thing they share.
final class RequestUser: Sendable {
    private let storage = Mutex<String?>(nil)

    /// The user's id; nil until it is established.
    var userID: String? {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}
