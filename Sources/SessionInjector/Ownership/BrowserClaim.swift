/// What a caller wants of a browser.
public struct BrowserClaim: Sendable, Hashable {
    /// A stored session by its row: which, and whose.
    public struct Session: Sendable, Hashable {
        /// The row's id.
        public let id: String
        /// The user it belongs to.
        public let userID: String

        /// A stored session.
        public init(id: String, userID: String) {
            self.id = id
            self.userID = userID
        }
    }

    /// Who asks.
    public let caller: BrowserCaller
    /// The stored session that is to be in the browser; nil when the caller has none.
    public let session: Session?

    /// A claim of a caller's.
    public init(_ caller: BrowserCaller, session: Session? = nil) {
        self.caller = caller
        self.session = session
    }
}
