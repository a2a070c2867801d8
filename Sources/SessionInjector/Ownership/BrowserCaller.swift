import ProxyCore

/// Who asks for a browser: known by their user, and without one by their browser session.
public struct BrowserCaller: Sendable, Hashable {
    /// The user; nil when the credential names none.
    public let userID: String?
    /// The browser session (`sessionId`) the credential is for; nil for what the proxy does by itself.
    public let sessionID: String?
    /// Whether the caller has the role that may join any browser.
    public let isAdmin: Bool

    /// A caller.
    public init(userID: String?, sessionID: String?, isAdmin: Bool = false) {
        self.userID = userID
        self.sessionID = sessionID
        self.isAdmin = isAdmin
    }

    /// Whether both are one caller: the same user where both name one, else the same browser session. Names are compared
    /// byte for byte, since Swift's `==` takes some texts of other bytes for the same.
    func isSame(as other: BrowserCaller) -> Bool {
        if let userID, let otherUserID = other.userID { return userID.hasSameBytes(as: otherUserID) }
        guard let sessionID, let otherSessionID = other.sessionID else { return false }
        return sessionID.hasSameBytes(as: otherSessionID)
    }

    /// Whether both may be in one browser without a stored session: one caller may, and those who name nobody.
    func mayShare(with other: BrowserCaller) -> Bool {
        userID == nil && other.userID == nil || isSame(as: other)
    }
}
