/// The callers that have driven a browser without a stored session. It is bounded by `most`: it holds one entry for each
/// user, and one for each browser session without a user.
public struct BrowserVisitors: Sendable, Equatable {
    /// The most callers it holds.
    static let most = 32

    /// The callers it holds.
    private(set) var callers: [BrowserCaller]
    /// Whether more callers drove the browser than it holds.
    private(set) var hasMore: Bool

    /// No visitors.
    public init() { self.init([]) }

    /// These visitors, and with `hasMore` others that are not held.
    init(_ callers: [BrowserCaller], hasMore: Bool = false) {
        self.callers = Array(callers.prefix(Self.most))
        self.hasMore = hasMore || callers.count > Self.most
    }

    /// Whether this caller may use the browser too.
    func admit(_ caller: BrowserCaller) -> Bool {
        caller.isAdmin || callers.allSatisfy(caller.mayShare) && (!hasMore || caller.userID == nil)
    }

    /// Whether no other caller has used the browser.
    func areOnly(_ caller: BrowserCaller) -> Bool {
        !hasMore && callers.allSatisfy(caller.isSame)
    }

    /// These visitors and one more. An admin who joins others is none: a caller that may join any browser must not take one
    /// from its users.
    func adding(_ caller: BrowserCaller) -> BrowserVisitors {
        if caller.isAdmin, !callers.isEmpty { return self }
        let isKnown = callers.contains { known in
            (known.userID == nil) == (caller.userID == nil) && known.isSame(as: caller)
        }
        return isKnown ? self : BrowserVisitors(callers + [caller], hasMore: hasMore)
    }
}
