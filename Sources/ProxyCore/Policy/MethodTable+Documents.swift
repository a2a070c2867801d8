extension MethodTable {
    /// What a page's document holds, and changes to it. An attribute can be a script: `sessions.act` acts as the page does,
    /// and only reads nothing.
    static let documents = [
        Row(
            "Accessibility",
            .needs(.sessionsObserve),
            """
            disable enable getAXNodeAndAncestors getChildAXNodes getFullAXTree getPartialAXTree getRootAXNode
            queryAXTree
            """
        ),
        Row(
            "Animation",
            .needs(.sessionsObserve),
            "disable enable getCurrentTime getPlaybackRate releaseAnimations resolveAnimation"
        ),
        Row("Animation", .needs(.sessionsAct), "seekAnimations setPaused setPlaybackRate setTiming"),
        Row(
            "CSS",
            .needs(.sessionsObserve),
            """
            collectClassNames disable enable getAnimatedStylesForNode getBackgroundColors getComputedStyleForNode
            getEnvironmentVariables getInlineStylesForNode getLayersForNode getLocationForSelector
            getLonghandProperties getMatchedStylesForNode getMediaQueries getPlatformFontsForNode
            getStyleSheetText resolveValues startRuleUsageTracking stopRuleUsageTracking takeComputedStyleUpdates
            takeCoverageDelta trackComputedStyleUpdates trackComputedStyleUpdatesForNode
            """
        ),
        Row(
            "CSS",
            .needs(.sessionsAct),
            """
            addRule createStyleSheet forcePseudoState forceStartingStyle setContainerQueryConditionText
            setContainerQueryText setEffectivePropertyValueForNode setKeyframeKey setLocalFontsEnabled
            setMediaText setNavigationText setPropertyRulePropertyName setRuleSelector setScopeText
            setStyleSheetText setStyleTexts setSupportsText
            """
        ),
        Row(
            "DOM",
            .needs(.sessionsObserve),
            """
            collectClassNamesFromSubtree describeNode disable discardSearchResults enable getAnchorElement
            getAttributes getBoxModel getContainerForNode getContentQuads getDetachedDomNodes getDocument
            getElementByRelation getFlattenedDocument getFrameOwner getImplicitAnchorCandidates
            getNodeForLocation getNodesForSubtreeByStyle getNodeStackTraces getOuterHTML
            getQueryingDescendantsForContainer getRelayoutBoundary getSearchResults getTopLayerElements
            performSearch pushNodeByPathToFrontend pushNodesByBackendIdsToFrontend querySelector querySelectorAll
            requestChildNodes requestNode resolveNode setInspectedNode setNodeStackTracesEnabled
            """
        ),
        Row(
            "DOM",
            .needs(.sessionsAct),
            """
            clearTextMarkers copyTo focus forceShowInterest forceShowPopover hideHighlight highlightNode
            highlightRect markUndoableState moveTo redo removeAttribute removeNode scrollIntoViewIfNeeded
            setAttributesAsText setAttributeValue setNodeName setNodeValue setOuterHTML setTextMarker undo
            """
        ),
        Row("DOM", .needs(.sessionsAct), "setFileInputFiles", check: .files),
        // Where a file stands on the machine.
        Row("DOM", .needs(.everything), "getFileInfo"),
        Row("DOMSnapshot", .needs(.sessionsObserve), "captureSnapshot disable enable getSnapshot"),
        Row("LayerTree", .needs(.sessionsObserve), "compositingReasons disable enable"),
        Row(
            "LayerTree",
            .needs(.sessionsScreenshot),
            "makeSnapshot profileSnapshot releaseSnapshot replaySnapshot snapshotCommandLog"
        ),
        // It reads the client's bytes as drawing commands.
        Row("LayerTree", .needs(.everything), "loadSnapshot"),
        Row(
            "Overlay",
            .needs(.sessionsAct),
            """
            disable enable hideHighlight highlightFrame highlightNode highlightQuad highlightRect
            highlightSourceOrder setInspectMode setPausedInDebuggerMessage setShowAdHighlights
            setShowContainerQueryOverlays setShowDebugBorders setShowDisplayCutout setShowFlexOverlays
            setShowFPSCounter setShowGridOverlays setShowHinge setShowHitTestBorders
            setShowInspectedElementAnchor setShowIsolatedElements setShowLayoutShiftRegions setShowPaintRects
            setShowScrollBottleneckRects setShowScrollSnapOverlays setShowViewportSizeOnResize setShowWebVitals
            setShowWindowControlsOverlay
            """
        ),
        Row(
            "Overlay",
            .needs(.sessionsObserve),
            "getGridHighlightObjectsForTest getHighlightObjectForTest getSourceOrderHighlightObjectForTest"
        ),
    ]
}
