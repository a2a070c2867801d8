import Hummingbird
import HummingbirdCore
import ProxyCore

/// The context of a request whose user may not be established yet.
struct ServiceRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The id of the request, in its answer and its log lines.
    let requestID = ProxyCore.RequestID()
    /// The user, once established. `ErrorMiddleware` reads it for the log.
    let requestUser = RequestUser()

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
