extension MethodTable {
    /// Scripts: to run them is to have the page's own power.
    static let scripts = [
        Row("Runtime", .connected, "runIfWaitingForDebugger"),
        // Its events carry what pages log.
        Row("Runtime", .needs(.sessionsObserve), "disable enable"),
        Row(
            "Runtime",
            .needs(.sessionsExtract),
            """
            awaitPromise callFunctionOn compileScript discardConsoleEntries evaluate getExceptionDetails
            getHeapUsage getIsolateId getProperties globalLexicalScopeNames queryObjects releaseObject
            releaseObjectGroup runScript
            """
        ),
        Row(
            "Runtime",
            .needs(.sessionsAgent),
            """
            addBinding removeBinding setAsyncCallStackDepth setCustomObjectFormatterEnabled
            setMaxCallStackSizeToCapture terminateExecution
            """
        ),
        Row("Console", .needs(.sessionsAgent), "clearMessages disable enable"),
        Row("CrashReportContext", .needs(.sessionsExtract), "getEntries"),
        Row(
            "Debugger",
            .needs(.sessionsAgent),
            """
            continueToLocation disable disassembleWasmModule enable evaluateOnCallFrame getPossibleBreakpoints
            getScriptSource getStackTrace getWasmBytecode nextWasmDisassemblyChunk pause pauseOnAsyncCall
            removeBreakpoint restartFrame resume searchInContent setAsyncCallStackDepth
            setBlackboxedRanges setBlackboxExecutionContexts setBlackboxPatterns setBreakpoint
            setBreakpointByUrl setBreakpointOnFunctionCall setBreakpointsActive setInstrumentationBreakpoint
            setPauseOnExceptions setReturnValue setScriptSource setSkipAllPauses setVariableValue stepInto
            stepOut stepOver
            """
        ),
        Row(
            "DOMDebugger",
            .needs(.sessionsAgent),
            """
            getEventListeners removeDOMBreakpoint removeEventListenerBreakpoint removeInstrumentationBreakpoint
            removeXHRBreakpoint setBreakOnCSPViolation setDOMBreakpoint setEventListenerBreakpoint
            setInstrumentationBreakpoint setXHRBreakpoint
            """
        ),
        Row(
            "EventBreakpoints",
            .needs(.sessionsAgent),
            "disable removeInstrumentationBreakpoint setInstrumentationBreakpoint"
        ),
        Row("HeapProfiler", .needs(.sessionsAgent), "collectGarbage disable enable"),
        // A heap is that of all pages that share the process.
        Row(
            "HeapProfiler",
            .needs(.everything),
            """
            addInspectedHeapObject getHeapObjectId getObjectByHeapObjectId getSamplingProfile startSampling
            startTrackingHeapObjects stopSampling stopTrackingHeapObjects takeHeapSnapshot
            """
        ),
        Row(
            "Memory",
            .needs(.sessionsAgent),
            "getDOMCounters getDOMCountersForLeakDetection prepareForLeakDetection"
        ),
        Row(
            "Memory",
            .needs(.everything),
            """
            forciblyPurgeJavaScriptMemory getAllTimeSamplingProfile getBrowserSamplingProfile getSamplingProfile
            setPressureNotificationsSuppressed simulatePressureNotification startSampling stopSampling
            """
        ),
        Row(
            "Profiler",
            .needs(.sessionsAgent),
            """
            disable enable getBestEffortCoverage setSamplingInterval start startPreciseCoverage stop
            stopPreciseCoverage takePreciseCoverage
            """
        ),
        // Tools that pages offer to agents.
        Row("WebMCP", .needs(.sessionsAgent), "cancelInvocation disable enable invokeTool"),
    ]
}
