/// What a method's parameters are looked at for, where the method's name alone does not say whether it stays within the
/// browser's pages.
public enum ParameterCheck: String, Sendable, CaseIterable {
    /// `url`, where it is given, is an address that a page may have: no file, no page of the browser's own, no script.
    case url
    /// `Target.createTarget`: its `url` is such an address; an empty one is `about:blank`.
    case newTarget
    /// `Target.createBrowserContext`: no `proxyServer`, no `proxyBypassList`, no `originsWithUniversalNetworkAccess`.
    case newContext
    /// `Target.attachToTarget`: `flatten` is true, or the session's commands would come wrapped in
    /// `Target.sendMessageToTarget`.
    case flatAttach
    /// `Target.setAutoAttach`: `flatten` is true where `autoAttach` is, for the same reason.
    case autoAttach
    /// `setDownloadBehavior`: its `downloadPath` names any folder that Chrome may write to.
    case download
    /// `DOM.setFileInputFiles`: its `files` name any file that Chrome may read, which the page then reads.
    case files
    /// `Input.dispatchDragEvent`: no `files` in its `data`, which a drop gives to the page as `DOM.setFileInputFiles` does.
    case dragFiles
    /// `Page.reload`: no `scriptToEvaluateOnLoad`, or going to a page would be running scripts on it.
    case reload
    /// `Tracing.start`: no `perfettoConfig`, which can name a file to write, and no `tracingBackend` but `auto` and
    /// `chrome`, since the system's traces other programs.
    case tracing
    /// `Browser.close`: a policy of its own says what becomes of it.
    case browserClose
}
