import ProxyCore
import Testing

@testable import SessionInjector

/// A ledger that is handed to another process.
@Suite struct BrowserStandingTests {
    private static let caller = BrowserCaller(userID: "a", sessionID: "s")
    private static let other = BrowserClaim(BrowserCaller(userID: "b", sessionID: "t"))
    private static let plain = BrowserClaim(caller)
    private static let stored = BrowserClaim(caller, session: BrowserClaim.Session(id: "row", userID: "a"))

    private func successor(of ledger: BrowserLedger) throws -> BrowserLedger {
        var next = BrowserLedger()
        for standing in ledger.standings {
            let read = BrowserStanding(json: try JSONValue.parse(standing.json.serialized()))
            #expect(read == standing)
            if let read { next.takeOver(read) }
        }
        return next
    }

    /// A ledger that has surveyed browser `b` and found it fresh.
    private func surveyed() -> BrowserLedger {
        var ledger = BrowserLedger()
        #expect(ledger.decide("b", Self.plain, to: .look) == .learn)
        #expect(!ledger.isSettled)
        ledger.learned("b", nil)
        #expect(ledger.isSettled)
        return ledger
    }

    @Test func aFreshBrowserIsNotLookedAtAgain() throws {
        var next = try successor(of: surveyed())
        #expect(next.decide("b", Self.stored, to: .drive) == .inject)
    }

    @Test func aBrowserThatIsDrivenElsewhereGetsNoSession() throws {
        var ledger = surveyed()
        #expect(ledger.decide("b", Self.plain, to: .drive) == .admit)
        var next = try successor(of: ledger)
        #expect(next.decide("b", Self.other, to: .drive) == .conflict)
        #expect(next.decide("b", Self.stored, to: .drive) == .conflict)
        #expect(next.decide("b", Self.plain, to: .drive) == .admit)
        next.leave("b")
        // So says a third process, which hears of the first from the second.
        var third = try successor(of: next)
        #expect(third.decide("b", Self.stored, to: .drive) == .conflict)
        next.predecessorLeft()
        #expect(next.decide("b", Self.stored, to: .drive) == .inject)
    }

    @Test func aSessionThatIsInIsNotInjectedAgain() throws {
        var ledger = surveyed()
        #expect(ledger.decide("b", Self.stored, to: .drive) == .inject)
        #expect(!ledger.isSettled)
        ledger.finish("b", isAccepted: true)
        var next = try successor(of: ledger)
        #expect(next.decide("b", Self.stored, to: .drive) == .admit)
        #expect(next.decide("b", Self.other, to: .look) == .conflict)
    }

    @Test(arguments: [#"{}"#, #"{"id":"b","driven":true}"#, #"{"id":"b","driven":true,"record":{"state":"odd"}}"#])
    func anythingElseIsNone(_ text: String) throws {
        #expect(BrowserStanding(json: try JSONValue.parse(text: text)) == nil)
    }
}
