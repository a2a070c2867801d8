/// What a method's parameters are looked at for, where the method's name alone does not say whether it stays within the
/// browser's pages. `docs/policy.md` prints these sentences.
public enum ParameterCheck: String, Sendable, CaseIterable {
    /// `url`, where it is given, has the scheme `http`, `https`, `blob` or `data`, or is `about:blank`; and in no spelling is it
    /// Chrome's or the proxy's own port on this machine, nor an address where clouds hand out credentials.
    case url
    /// `url` is such an address or empty.
    case newTarget
    /// No `proxyServer`, no `proxyBypassList`, no `originsWithUniversalNetworkAccess`.
    case newContext
    /// `flatten` is true; else the session's commands would come wrapped in `Target.sendMessageToTarget`.
    case flatAttach
    /// `flatten` is true where `autoAttach` is, for the same reason; and `filter` is narrowed to what websites are made of:
    /// the browser's own interface and extensions' pages are not shown.
    case autoAttach
    /// Any, but `filter` is narrowed to what websites are made of.
    case targets
    /// Any, but `downloadPath` is replaced by a folder of this credential's own (`CDP_PROXY_DOWNLOADS`), since it could be any
    /// that Chrome may write to, and every file is named by its id. Without such a folder the command is answered as if it had
    /// been done, since clients send it for each context and stop without an answer.
    case download
    /// `files` lie below `CDP_PROXY_UPLOADS`, or among what the same credential downloaded: a page reads what it is given, and
    /// that could be whatever Chrome may read. Contents that a client sends itself (Playwright's `buffer`) need no such command.
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
