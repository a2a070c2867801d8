extension MethodTable {
    /// Pages: where they go, how they look, what is typed into them.
    static let pages = [
        Row("Page", .connected, "enable disable getFrameTree setLifecycleEventsEnabled createIsolatedWorld"),
        Row("Page", .connected, "setDownloadBehavior", check: .download),
        Row("Page", .needs(.sessionsNavigate), "navigate", check: .url),
        Row("Page", .needs(.sessionsNavigate), "reload", check: .reload),
        Row(
            "Page",
            .needs(.sessionsNavigate),
            "getNavigationHistory handleJavaScriptDialog navigateToHistoryEntry resetNavigationHistory stopLoading"
        ),
        Row("Page", .needs(.sessionsDelete), "close"),
        // A snapshot is the page's markup, not a picture of it.
        Row(
            "Page",
            .needs(.sessionsObserve),
            """
            captureSnapshot getAdScriptAncestry getAnnotatedPageContent getAppId getAppManifest
            getInstallabilityErrors getLayoutMetrics getManifestIcons getOriginTrials getPermissionsPolicyState
            getResourceTree
            """
        ),
        Row("Page", .needs(.sessionsExtract), "getResourceContent searchInResource"),
        Row("Page", .needs(.sessionsScreenshot), "captureScreenshot printToPDF"),
        Row(
            "Page",
            .needs(.sessionsStream),
            "screencastFrameAck startScreencast startScreenRecording stopScreencast stopScreenRecording"
        ),
        Row(
            "Page",
            .needs(.sessionsAct),
            """
            bringToFront clearDeviceMetricsOverride clearDeviceOrientationOverride clearGeolocationOverride
            setDeviceMetricsOverride setDeviceOrientationOverride setFontFamilies setFontSizes
            setGeolocationOverride setTouchEmulationEnabled setWebLifecycleState
            """
        ),
        Row(
            "Page",
            .needs(.sessionsAgent),
            """
            addScriptToEvaluateOnLoad addScriptToEvaluateOnNewDocument deleteCookie generateTestReport
            removeScriptToEvaluateOnLoad removeScriptToEvaluateOnNewDocument setAdBlockingEnabled setBypassCSP
            setDocumentContent setInterceptFileChooserDialog setPrerenderingAllowed setRPHRegistrationMode
            setSPCTransactionMode waitForDebugger
            """
        ),
        // A crash takes other pages of the process with it; compiled code is trusted by the process that runs it.
        Row(
            "Page",
            .needs(.everything),
            """
            addCompilationCache clearCompilationCache crash getSiblingSubApps getSubApps produceCompilationCache
            """
        ),
        Row("DeviceOrientation", .needs(.sessionsAct), "clearDeviceOrientationOverride setDeviceOrientationOverride"),
        Row(
            "Emulation",
            .needs(.sessionsAct),
            """
            canEmulate clearDeviceMetricsOverride clearDevicePostureOverride clearDisplayFeaturesOverride
            clearGeolocationOverride clearIdleOverride getOverriddenSensorInformation getScreenInfos
            resetPageScaleFactor setAutoDarkModeOverride setAutomationOverride setCPUPerformanceOverride
            setCPUThrottlingRate setDataSaverOverride setDefaultBackgroundColorOverride setDeviceMetricsOverride
            setDevicePostureOverride setDisabledImageTypes setDisplayFeaturesOverride setDocumentCookieDisabled
            setEmitTouchEventsForMouse setEmulatedMedia setEmulatedOSTextScale setEmulatedVisionDeficiency
            setFocusEmulationEnabled setGeolocationOverride setHardwareConcurrencyOverride setIdleOverride
            setLocaleOverride setNavigatorOverrides setPageScaleFactor setPressureSourceOverrideEnabled
            setPressureStateOverride setSafeAreaInsetsOverride setScriptExecutionDisabled setScrollbarsHidden
            setSensorOverrideEnabled setSensorOverrideReadings setSmallViewportHeightDifferenceOverride
            setTimezoneOverride setTouchEmulationEnabled setUserAgentOverride setVirtualKeyboardGeometryOverride
            setVirtualTimePolicy setVisibleSize
            """
        ),
        // The screens of all windows.
        Row("Emulation", .needs(.everything), "addScreen removeScreen setPrimaryScreen updateScreen"),
        Row("FindInPage", .needs(.sessionsAct), "findFirst findNext findPrev stop"),
        Row("HeadlessExperimental", .needs(.sessionsScreenshot), "beginFrame disable enable"),
        Row("Input", .needs(.sessionsAct), "dispatchDragEvent", check: .dragFiles),
        Row(
            "Input",
            .needs(.sessionsAct),
            """
            cancelDragging dispatchKeyEvent dispatchMouseEvent dispatchTouchEvent emulateTouchFromMouseEvent
            imeSetComposition insertText setIgnoreInputEvents setInterceptDrags synthesizePinchGesture
            synthesizeScrollGesture synthesizeTapGesture
            """
        ),
    ]
}
