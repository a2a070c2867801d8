extension MethodTable {
    /// Tabs, contexts and CDP sessions.
    static let targets = [
        Row(
            "Target",
            .connected,
            "detachFromTarget getBrowserContexts getTargetInfo"
        ),
        Row("Target", .connected, "getTargets setDiscoverTargets autoAttachRelated", check: .targets),
        Row("Target", .connected, "attachToTarget", check: .flatAttach),
        Row("Target", .connected, "setAutoAttach", check: .autoAttach),
        Row("Target", .needs(.sessionsCreate), "createTarget", check: .newTarget),
        Row("Target", .needs(.sessionsCreate), "createBrowserContext", check: .newContext),
        // As `/json/activate` does.
        Row("Target", .needs(.sessionsCreate), "activateTarget"),
        Row("Target", .needs(.sessionsDelete), "closeTarget disposeBrowserContext"),
        // Commands within commands, sessions past this table, ports of the machine, and DevTools' own pages.
        Row(
            "Target",
            .needs(.everything),
            """
            sendMessageToTarget attachToBrowserTarget exposeDevToolsProtocol setRemoteLocations getDevToolsTarget
            openDevTools
            """
        ),
        Row("Schema", .connected, "getDomains"),
        Row("Inspector", .connected, "enable disable"),
    ]
}
