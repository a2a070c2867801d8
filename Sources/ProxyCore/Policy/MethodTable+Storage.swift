extension MethodTable {
    /// What sites keep in the browser. Cookies belong to `sessions.agent`, which has requests that carry them anyway.
    static let storage = [
        Row(
            "CacheStorage",
            .needs(.sessionsAgent),
            "deleteCache deleteEntry requestCachedResponse requestCacheNames requestEntries"
        ),
        Row(
            "DOMStorage",
            .needs(.sessionsAgent),
            "clear disable enable getDOMStorageItems removeDOMStorageItem setDOMStorageItem"
        ),
        // The files that a site keeps for itself, not those of the machine.
        Row("FileSystem", .needs(.sessionsAgent), "getDirectory"),
        Row(
            "IndexedDB",
            .needs(.sessionsAgent),
            """
            clearObjectStore deleteDatabase deleteObjectStoreEntries disable enable getMetadata requestData
            requestDatabase requestDatabaseNames
            """
        ),
        Row(
            "ServiceWorker",
            .needs(.sessionsAgent),
            """
            deliverPushMessage disable dispatchPeriodicSyncEvent dispatchSyncEvent enable
            setForceUpdateOnPageLoad skipWaiting startWorker stopAllWorkers stopWorker unregister
            updateRegistration
            """
        ),
        Row(
            "Storage",
            .needs(.sessionsAgent),
            """
            clearCookies clearDataForOrigin clearDataForStorageKey deleteStorageBucket getCookies getStorageKey
            getStorageKeyForFrame getUsageAndQuota overrideQuotaForOrigin setCookies setStorageBucketTracking
            trackCacheStorageForOrigin trackCacheStorageForStorageKey trackIndexedDBForOrigin
            trackIndexedDBForStorageKey untrackCacheStorageForOrigin untrackCacheStorageForStorageKey
            untrackIndexedDBForOrigin untrackIndexedDBForStorageKey
            """
        ),
        // Tokens that vouch for the browser, and what the browser does for all sites.
        Row(
            "Storage",
            .needs(.everything),
            """
            clearPrivateVerificationTokens clearTrustTokens deletePrivateVerificationToken
            getPrivateVerificationTokens getPrivateVerificationTokensIssuerConfigs getTrustTokens
            runBounceTrackingMitigations setPrivateVerificationTokensTracking
            """
        ),
    ]
}
