import Hummingbird
import HummingbirdCore
import ProxyCore

/// What belongs to a request before anything is known of who asks.
struct ServiceRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The name of the request, which its answer and its log lines carry.
    let requestID = ProxyCore.RequestID()
    /// Who asks, once established; shared with the outermost middleware, which logs it.
    let requestUser = RequestUser()

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// What belongs to a request whose user has been established.
struct UserRequestContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    /// Whose sessions it is about: the `sub` of the token.
    let userID: String

    /// Takes the user over; without one the request ends here, whatever middleware was forgotten.
    init(context: ServiceRequestContext) throws {
        guard let userID = context.requestUser.userID else { throw ServiceRefusal.unauthenticated(.missing) }
        coreContext = context.coreContext
        self.userID = userID
    }

    /// A parameter of the path, its percent signs decoded once; what is no UTF-8 then is no session of ours.
    func pathParameter(_ name: String) throws(ServiceRefusal) -> String {
        guard let raw = parameters.get(name), let text = PercentEncoding.decode(raw) else { throw .noSession }
        return text
    }
}
