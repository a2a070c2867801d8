import ProxyCore

/// The caller that asks for a browser. Its user identifies it, or without one its browser session.
public struct BrowserCaller: Sendable, Hashable {
    /// The user; nil when the credential names none.
    public let userID: String?
    /// The browser session (`sessionId`) of the credential; nil for the proxy itself.
    public let sessionID: String?
    /// Whether the caller has the role that may join any browser.
    public let isAdmin: Bool

    /// A caller of this user and this browser session.
    public init(userID: String?, sessionID: String?, isAdmin: Bool = false) {
        self.userID = userID
        self.sessionID = sessionID
        self.isAdmin = isAdmin
    }

    /// Whether both are one caller: the same user if both name one, else the same browser session. Compares byte for
    /// byte, because Swift's `==` equates some texts of different bytes.
    func isSame(as other: BrowserCaller) -> Bool {
        if let userID, let otherUserID = other.userID { return userID.hasSameBytes(as: otherUserID) }
        guard let sessionID, let otherSessionID = other.sessionID else { return false }
        return sessionID.hasSameBytes(as: otherSessionID)
    }

    /// Whether both may share a browser without a stored session: the same caller may, and so may two callers without a
    /// user.
    func mayShare(with other: BrowserCaller) -> Bool {
        userID == nil && other.userID == nil || isSame(as: other)
    }
}
