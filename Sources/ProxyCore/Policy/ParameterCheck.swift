/// What a method's parameters are looked at for, where the method's name alone does not say whether it stays within the
/// browser's pages. `docs/policy.md` prints these sentences.
public enum ParameterCheck: String, Sendable, CaseIterable {
    /// `url`, where it is given, has the scheme `http`, `https`, `blob` or `data`, or is `about:blank`.
    case url
    /// `url` is such an address or empty.
    case newTarget
    /// No `proxyServer`, no `proxyBypassList`, no `originsWithUniversalNetworkAccess`.
    case newContext
    /// `flatten` is true; else the session's commands would come wrapped in `Target.sendMessageToTarget`.
    case flatAttach
    /// `flatten` is true where `autoAttach` is, for the same reason.
    case autoAttach
    /// `downloadPath` is not the caller's to choose: it could be any folder that Chrome may write to.
    case download
    /// `files` are files meant for uploads: a page reads what it is given, and this could be whatever Chrome may read.
    case files
    /// No `files` in `data`: a drop gives them to the page as `DOM.setFileInputFiles` does.
    case dragFiles
    /// No `scriptToEvaluateOnLoad`: to reload a page is not to run scripts on it.
    case reload
    /// No `perfettoConfig`, which can name a file to write, and no `tracingBackend` but `auto` and `chrome`, since the
    /// system's traces other programs.
    case tracing
    /// The end of the browser that all callers share is a setting's to decide.
    case browserClose
}
