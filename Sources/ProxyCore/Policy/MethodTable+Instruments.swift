extension MethodTable {
    /// What measures and reports.
    static let instruments = [
        Row("Ads", .needs(.sessionsObserve), "getAdMetrics getAdScripts"),
        // Its issues name cookies and requests.
        Row("Audits", .needs(.sessionsAgent), "checkFormsIssues disable enable getEncodedResponse"),
        Row("Log", .connected, "disable enable"),
        Row("Log", .needs(.sessionsAgent), "clear startViolationsReport stopViolationsReport"),
        Row("Media", .needs(.sessionsObserve), "disable enable"),
        Row("Performance", .connected, "disable enable"),
        Row("Performance", .needs(.sessionsObserve), "getMetrics setTimeDomain"),
        Row("PerformanceTimeline", .needs(.sessionsObserve), "enable"),
        Row("Preload", .needs(.sessionsObserve), "disable enable"),
        // Playwright's `browser.start_tracing`.
        Row("Tracing", .needs(.sessionsAgent), "start", check: .tracing),
        Row("Tracing", .needs(.sessionsAgent), "end getCategories getTrackEventDescriptor recordClockSyncMarker"),
        Row("Tracing", .needs(.everything), "requestMemoryDump"),
        Row("WebAudio", .needs(.sessionsObserve), "disable enable getRealtimeData"),
    ]
}
