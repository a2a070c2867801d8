extension MethodTable {
    /// Requests and answers. They carry cookies and tokens, so all of it is `sessions.agent`.
    static let network = [
        Row("Fetch", .needs(.sessionsAgent), "continueRequest", check: .url),
        Row(
            "Fetch",
            .needs(.sessionsAgent),
            """
            continueResponse continueWithAuth disable enable failRequest fulfillRequest getResponseBody
            takeResponseBodyAsStream
            """
        ),
        Row("IO", .needs(.sessionsExtract), "close read resolveBlob"),
        Row(
            "Network",
            .needs(.sessionsAgent),
            """
            canClearBrowserCache canClearBrowserCookies canEmulateNetworkConditions clearBrowserCache
            clearBrowserCookies configureDurableMessages deleteCookies deleteDeviceBoundSession disable
            emulateNetworkConditions emulateNetworkConditionsByRule enable enableDeviceBoundSessions
            enableReportingApi fetchSchemefulSite getAllCookies getCertificate getCookies getRequestPostData
            getResponseBody getSecurityIsolationStatus overrideNetworkState replayXHR searchInResponseBody
            setAttachDebugStack setBlockedURLs setBypassServiceWorker setCacheDisabled setCookie
            setCookieControls setCookies setExtraHTTPHeaders setUserAgentOverride streamResourceContent
            """
        ),
        // It reads any address for any page, past the rules of origins.
        Row("Network", .needs(.everything), "loadNetworkResource"),
        Row("Security", .needs(.sessionsObserve), "disable enable"),
        // Playwright's `ignore_https_errors`. A client that can answer each request in a site's place gains nothing by it.
        Row(
            "Security",
            .needs(.sessionsAgent),
            "handleCertificateError setIgnoreCertificateErrors setOverrideCertificateErrors"
        ),
    ]
}
