/// A named set of permissions. The raw value is its name in tokens and keys.
public enum Role: String, Sendable, CaseIterable {
    /// May do everything.
    case admin
    /// Drives a browser.
    case `operator`
    /// Sees what there is, and touches nothing.
    case viewer

    /// What the role allows.
    public var permissions: PermissionSet {
        switch self {
        case .admin: .all
        case .operator: PermissionSet(Permission.allCases.filter { $0 != .everything })
        case .viewer: PermissionSet([.sessionsList, .sessionsGet, .recordingsList, .recordingsDownload])
        }
    }
}

extension PermissionSet {
    /// What all of these roles allow together; a role that is not known allows nothing.
    public init(roles: some Sequence<String>) {
        self = Role.allCases.reduce(into: []) { allowed, role in
            if roles.contains(where: { $0.hasSameBytes(as: role.rawValue) }) { allowed.formUnion(role.permissions) }
        }
    }

    /// What these roles allow together, as far as one of these patterns names it; all of it without patterns.
    init(roles: [String], narrowedTo patterns: [String]?) {
        self.init(roles: roles)
        if let patterns { formIntersection(PermissionSet(matching: patterns)) }
    }

    /// What a caller needs one of to be joined to Chrome.
    public static let driving = PermissionSet([
        .sessionsNavigate, .sessionsExtract, .sessionsAct, .sessionsAgent, .sessionsScreenshot, .sessionsObserve,
        .sessionsStream,
    ])
}
