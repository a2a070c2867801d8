/// What a caller asks for: a browser, and possibly a stored session in it.
public struct BrowserClaim: Sendable, Hashable {
    /// A stored session, identified by its row and its user.
    public struct Session: Sendable, Hashable {
        /// The row's id.
        public let id: String
        /// The user whose session it is.
        public let userID: String

        /// The stored session of this row and this user.
        public init(id: String, userID: String) {
            self.id = id
            self.userID = userID
        }
    }

    /// The caller that asks.
    public let caller: BrowserCaller
    /// The stored session the browser must hold; nil when the caller has none.
    public let session: Session?

    /// A claim of this caller, with or without a stored session.
    public init(_ caller: BrowserCaller, session: Session? = nil) {
        self.caller = caller
        self.session = session
    }
}
