import ProxyCore
import SessionStore

/// The caller of a request, and what it may do.
struct Caller: Sendable, Equatable {
    /// The user it stands for; nil for one that stands for no user and must name one.
    let userID: String?
    /// What it may do.
    let permissions: PermissionSet

    /// A user of the identity provider, who may do everything with their own sessions.
    init(ofProvider userID: String) {
        self.userID = userID
        permissions = Role.operator.permissions
    }

    /// The holder of a role token.
    init(_ claims: RoleClaims) {
        userID = claims.userID
        let allowed = PermissionSet(roles: claims.roles)
        permissions = claims.permissions.map { allowed.intersection(PermissionSet(matching: $0)) } ?? allowed
    }

    /// The holder of an API key: without roles it may do everything.
    init(_ key: KeyRecord) {
        userID = key.userID
        permissions = key.roles.map { PermissionSet(roles: $0) } ?? .all
    }

    private init(userID: String?, permissions: PermissionSet) {
        self.userID = userID
        self.permissions = permissions
    }

    /// The holder of the admin token.
    static let admin = Caller(userID: nil, permissions: .all)

    /// The user whose sessions a request is about, given the value of `?user_id=`: the caller's own, or with every
    /// permission any.
    func user(named name: String?) throws(ServiceRefusal) -> String {
        if let userID {
            guard let name, !name.hasSameBytes(as: userID) else { return userID }
            guard permissions.allows(.everything) else { throw .anotherUser }
            return name
        }
        guard permissions.allows(.everything) else { throw .noUser }
        guard let name else { throw .userRequired }
        return name
    }
}
