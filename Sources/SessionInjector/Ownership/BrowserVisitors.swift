/// The callers who have driven a browser that holds no stored session. Bounded: of one user one is kept, and of those who
/// name nobody the first.
public struct BrowserVisitors: Sendable, Equatable {
    /// The most callers that are kept apart.
    static let most = 32

    /// Those that are known.
    private(set) var callers: [BrowserCaller]
    /// Whether there were more, who name nobody.
    private(set) var hasMore: Bool

    /// Nobody that is known.
    public init() { self.init([]) }

    /// These visitors.
    init(_ callers: [BrowserCaller], hasMore: Bool = false) {
        self.callers = Array(callers.prefix(Self.most))
        self.hasMore = hasMore || callers.count > Self.most
    }

    /// Whether this caller may be there too.
    func admit(_ caller: BrowserCaller) -> Bool {
        caller.isAdmin || callers.allSatisfy(caller.mayShare) && (!hasMore || caller.userID == nil)
    }

    /// Whether nobody else was there.
    func areOnly(_ caller: BrowserCaller) -> Bool {
        !hasMore && callers.allSatisfy(caller.isSame)
    }

    /// These and one more.
    func adding(_ caller: BrowserCaller) -> BrowserVisitors {
        let isKnown = callers.contains { known in
            (known.userID == nil) == (caller.userID == nil) && known.isSame(as: caller)
        }
        return isKnown ? self : BrowserVisitors(callers + [caller], hasMore: hasMore)
    }
}
