extension MethodTable {
    /// The browser as a whole.
    static let browser = [
        Row("Browser", .connected, "getVersion"),
        // Playwright sends it for each context, whatever the caller is about to do.
        Row("Browser", .connected, "setDownloadBehavior", check: .download),
        Row("Browser", .connected, "close", check: .browserClose),
        Row("Browser", .needs(.sessionsObserve), "getWindowBounds getWindowForTarget"),
        Row("Browser", .needs(.sessionsAct), "setContentsSize setWindowBounds"),
        Row("Browser", .needs(.sessionsAgent), "cancelDownload grantPermissions resetPermissions setPermission"),
        Row(
            "Browser",
            .needs(.everything),
            """
            addMockCamera addPrivacySandboxEnrollmentOverride crash crashGpuProcess executeBrowserCommand
            getBrowserCommandLine getGlobalPrivacyControl getHistogram getHistograms setDockTile
            setGlobalPrivacyControl
            """
        ),
        // Cards and addresses of the browser's user.
        Row("Autofill", .needs(.everything), "enable disable setAddresses trigger"),
        Row("BackgroundService", .needs(.everything), "clearEvents setRecording startObserving stopObserving"),
        Row(
            "Extensions",
            .needs(.everything),
            """
            clearStorageItems getExtensions getStorageItems loadUnpacked removeStorageItems setStorageItems
            triggerAction uninstall
            """
        ),
        Row(
            "PWA",
            .needs(.everything),
            "changeAppUserSettings getOsAppState install launch launchFilesInApp openCurrentPageInApp uninstall"
        ),
        Row("SystemInfo", .needs(.everything), "getFeatureState getInfo getProcessInfo"),
        Row("Tethering", .needs(.everything), "bind unbind"),
    ]
}
