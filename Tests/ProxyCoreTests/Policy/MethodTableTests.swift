import ProxyCore
import Testing

@Suite struct MethodTableTests {
    @Test func eachMethodStandsInOneRow() {
        // A method that stands twice traps here.
        #expect(MethodTable.rules.count > 600)
        for method in MethodTable.rules.keys {
            let parts = method.split(separator: ".", omittingEmptySubsequences: false)
            #expect(parts.count == 2 && parts.allSatisfy { !$0.isEmpty }, "\(method)")
        }
    }

    @Test(
        arguments: [
            "", "Page", "Page.", ".navigate", "page.navigate", "Page.navigate ", " Page.navigate", "Page.navigate\0",
            "Page.Navigate", "Page.navigateTo", "Storage.getStorage\u{212A}ey", "Nothing.known",
            "Page.navig\u{61}te\u{301}",
        ]
    )
    func aNameThatIsNoneHasNoRule(name: String) { #expect(MethodTable.rule(for: name) == nil) }

    @Test func aNameHasItsRule() {
        #expect(MethodTable.rule(for: "Browser.getVersion") == MethodRule(access: .connected))
        let navigate = MethodRule(access: .needs(.sessionsNavigate), check: .url)
        #expect(MethodTable.rule(for: "Page.navigate") == navigate)
    }

    /// What was seen to leave the browser, or would.
    @Test(
        arguments: [
            "Browser.crash", "Browser.crashGpuProcess", "Browser.executeBrowserCommand",
            "Browser.getBrowserCommandLine",
            "Page.crash", "Page.addCompilationCache", "Target.sendMessageToTarget", "Target.attachToBrowserTarget",
            "Target.exposeDevToolsProtocol", "Target.setRemoteLocations", "Tethering.bind", "Tethering.unbind",
            "SystemInfo.getInfo", "SystemInfo.getProcessInfo", "Extensions.loadUnpacked", "Extensions.getStorageItems",
            "PWA.install", "PWA.launch", "PWA.launchFilesInApp", "Memory.getBrowserSamplingProfile",
            "HeapProfiler.takeHeapSnapshot", "Tracing.requestMemoryDump", "Network.loadNetworkResource",
            "DOM.getFileInfo", "Autofill.trigger", "Cast.startDesktopMirroring", "DeviceAccess.selectPrompt",
            "Storage.getTrustTokens", "LayerTree.loadSnapshot",
        ]
    )
    func whatLeavesTheBrowserIsOpenToEverythingAlone(method: String) throws {
        let rule = try #require(MethodTable.rule(for: method))
        #expect(!rule.access.isOpen(to: Role.operator.permissions))
        #expect(rule.access.isOpen(to: Role.admin.permissions))
    }

    /// What leaves the browser by its parameters.
    @Test(
        arguments: [
            ("Page.navigate", .url), ("Target.createTarget", .newTarget), ("Target.createBrowserContext", .newContext),
            ("Target.attachToTarget", .flatAttach), ("Target.setAutoAttach", .autoAttach),
            ("Target.getTargets", .targets), ("Target.setDiscoverTargets", .targets),
            ("Target.autoAttachRelated", .targets),
            ("Browser.setDownloadBehavior", .download), ("Page.setDownloadBehavior", .download),
            ("DOM.setFileInputFiles", .files), ("Input.dispatchDragEvent", .dragFiles), ("Page.reload", .reload),
            ("Tracing.start", .tracing), ("Browser.close", .browserClose), ("Fetch.continueRequest", .url),
        ] as [(String, ParameterCheck)]
    )
    func whatLeavesTheBrowserByItsParametersIsLookedAt(method: String, check: ParameterCheck) throws {
        let rule = try #require(MethodTable.rule(for: method))
        #expect(rule.check == check)
        #expect(rule.access.isOpen(to: Role.operator.permissions))
    }

    @Test func aViewerSendsNothing() {
        let opened = MethodTable.rules.filter { $0.value.access.isOpen(to: Role.viewer.permissions) }
        #expect(opened.keys.sorted() == [])
    }

    @Test func anAdminSendsEverything() {
        #expect(MethodTable.rules.values.allSatisfy { $0.access.isOpen(to: Role.admin.permissions) })
    }

    @Test func anAgentSendsWhatAnOperatorDoes() {
        let agent = PermissionSet([.sessionsAgent])
        let different = MethodTable.rules.filter { _, rule in
            rule.access.isOpen(to: agent) != rule.access.isOpen(to: Role.operator.permissions)
        }
        #expect(different.keys.sorted() == [])
    }

    @Test(arguments: PermissionSet.driving.permissions) func whoeverIsJoinedGetsConnected(permission: Permission) {
        #expect(MethodAccess.connected.isOpen(to: PermissionSet([permission])))
    }

    @Test(arguments: [.sessionsCreate, .sessionsDelete, .sessionsList, .sessionsGet, .recordingsList] as [Permission])
    func whoeverIsNotJoinedDoesNot(permission: Permission) {
        #expect(!MethodAccess.connected.isOpen(to: PermissionSet([permission])))
    }

    /// No permission but these two lets a caller run scripts and read what they say, nor read requests and cookies.
    @Test(
        arguments: [
            .sessionsCreate, .sessionsDelete, .sessionsNavigate, .sessionsAct, .sessionsScreenshot, .sessionsObserve,
            .sessionsStream,
        ] as [Permission]
    )
    func scriptsAndSecretsTakeMoreThan(permission: Permission) {
        let methods = [
            "Runtime.evaluate", "Runtime.callFunctionOn", "Runtime.addBinding", "Page.addScriptToEvaluateOnNewDocument",
            "Debugger.evaluateOnCallFrame", "Network.enable", "Network.getCookies", "Storage.getCookies",
            "Fetch.enable",
            "DOMStorage.getDOMStorageItems", "IndexedDB.requestData", "IO.read", "Page.getResourceContent",
        ]
        for method in methods {
            let rule = MethodTable.rule(for: method)
            #expect(rule?.access.isOpen(to: PermissionSet([permission])) == false, "\(method)")
        }
    }

    @Test func eachPermissionThatOpensMethodsIsUsed() {
        let used = MethodTable.rules.values.map(\.access).compactMap { access -> Permission? in
            if case .needs(let permission) = access { permission } else { nil }
        }
        let ofRoutes: [Permission] = [.sessionsList, .sessionsGet, .recordingsList, .recordingsDownload]
        #expect(PermissionSet(used) == PermissionSet(Permission.allCases.filter { !ofRoutes.contains($0) }))
    }

    @Test func eachCheckIsUsed() {
        #expect(Set(MethodTable.rules.values.compactMap(\.check)) == Set(ParameterCheck.allCases))
    }
}
