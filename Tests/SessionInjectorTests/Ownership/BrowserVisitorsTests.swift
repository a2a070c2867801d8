import Testing

@testable import SessionInjector

@Suite struct BrowserVisitorsTests {
    private static func callerWithoutUser(_ number: Int) -> BrowserCaller {
        BrowserCaller(userID: nil, sessionID: "s\(number)")
    }

    @Test func namesAreComparedByteForByte() {
        let composed = BrowserCaller(userID: "\u{e9}", sessionID: "s1")
        let decomposed = BrowserCaller(userID: "e\u{301}", sessionID: "s1")
        #expect(!BrowserVisitors([composed]).admit(decomposed))
        #expect(BrowserVisitors([composed]).admit(composed))
    }

    @Test func aUserIsHeldOnce() {
        let many = (0..<100).reduce(BrowserVisitors()) { visitors, number in
            visitors.adding(BrowserCaller(userID: "a", sessionID: "s\(number)"))
        }
        #expect(many.callers.count == 1)
        #expect(!many.hasMore)
    }

    @Test func anAdminWhoJoinsTakesTheBrowserFromNobody() {
        let user = BrowserCaller(userID: "a", sessionID: "s1")
        let admin = BrowserCaller(userID: nil, sessionID: nil, isAdmin: true)
        let joined = BrowserVisitors([user]).adding(admin)
        #expect(joined.admit(user))
        #expect(joined.areOnly(user))
        // What an admin did first is nobody else's.
        #expect(!BrowserVisitors().adding(admin).admit(user))
        #expect(BrowserVisitors().adding(admin).admit(admin))
    }

    /// Many callers without a user are bounded, and afterwards no user owns the browser.
    @Test func callersWithoutAUserAreBounded() {
        let many = (0..<1000).reduce(BrowserVisitors()) { $0.adding(Self.callerWithoutUser($1)) }
        #expect(many.callers.count == BrowserVisitors.most)
        #expect(many.hasMore)
        #expect(many.admit(Self.callerWithoutUser(5000)))
        #expect(!many.areOnly(Self.callerWithoutUser(0)))
        #expect(!many.admit(BrowserCaller(userID: "a", sessionID: "s0")))
    }
}
