extension PermissionSet {
    /// These permissions with all that they imply where CDP methods are concerned: `*` is every other one, and
    /// `sessions.extract` reads structure too, since its scripts can.
    public var openingMethods: PermissionSet {
        if allows(.everything) { return .all }
        if allows(.sessionsAgent) { return union(.ofAgents) }
        return allows(.sessionsExtract) ? union(PermissionSet([.sessionsObserve])) : self
    }

    /// What `sessions.agent` implies: what an automation library does on the pages of a browser.
    private static let ofAgents = PermissionSet([
        .sessionsCreate, .sessionsDelete, .sessionsNavigate, .sessionsObserve, .sessionsScreenshot, .sessionsStream,
        .sessionsAct, .sessionsExtract,
    ])
}
