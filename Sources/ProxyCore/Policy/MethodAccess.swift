/// Which callers may send a CDP method.
public enum MethodAccess: Sendable, Hashable {
    /// Every caller that may be joined to Chrome.
    case connected
    /// A caller with this permission, or with one that implies it (`PermissionSet.openingMethods`).
    case needs(Permission)

    /// Whether a caller with these permissions may send it.
    public func isOpen(to permissions: PermissionSet) -> Bool {
        switch self {
        case .connected: !permissions.openingMethods.isDisjoint(with: .driving)
        case .needs(let permission): permissions.openingMethods.allows(permission)
        }
    }
}
