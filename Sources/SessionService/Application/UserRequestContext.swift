import Hummingbird
import HummingbirdCore
import ProxyCore

/// The context of a request whose user is established.
struct UserRequestContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    /// The user, whose sessions the request is about.
    let userID: String
    /// What the caller may do with them.
    let permissions: PermissionSet

    /// Takes over the user. A route whose group lacks the authentication middleware thus refuses every request.
    init(context: ServiceRequestContext) throws {
        guard let userID = context.requestUser.userID else { throw ServiceRefusal.unauthenticated(.missing) }
        coreContext = context.coreContext
        self.userID = userID
        permissions = context.requestUser.permissions
    }

    /// A parameter of the path, percent-decoded once. Text that is then not UTF-8 names no session.
    func pathParameter(_ name: String) throws(ServiceRefusal) -> String {
        guard let raw = parameters.get(name), let text = PercentEncoding.decode(raw) else { throw .noSession }
        return text
    }
}
