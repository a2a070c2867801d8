import ProxyCore
import SessionInjector
import Testing

@Suite struct InjectionLedgerTests {
    private static let report = InjectionReport(failure: .unexpectedAnswer(method: "any"))

    private func finish(_ ledger: inout InjectionLedger, _ browser: String, _ session: String, accepted: Bool) {
        ledger.finish(browser: browser, session: session, report: Self.report, isAccepted: accepted)
    }

    @Test func injectsOncePerBrowser() {
        var ledger = InjectionLedger()
        #expect(ledger.decide(browser: "b1", session: "s") == .inject)
        #expect(ledger.decide(browser: "b1", session: "s") == .wait)
        #expect(ledger.decide(browser: "b1", session: nil) == .wait)
        #expect(ledger.decide(browser: "b1", session: "other") == .conflict)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(ledger.decide(browser: "b1", session: "s") == .admit(Self.report))
        #expect(ledger.decide(browser: "b1", session: nil) == .admit(Self.report))
        #expect(ledger.decide(browser: "b1", session: "other") == .conflict)
    }

    @Test func aRestartedBrowserIsInjectedAgain() {
        var ledger = InjectionLedger()
        #expect(ledger.decide(browser: "b1", session: "s") == .inject)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(ledger.decide(browser: "b2", session: "other") == .inject)
        #expect(ledger.decide(browser: "b1", session: "s") == .admit(Self.report), "a late look-up of the old id")
        finish(&ledger, "b2", "other", accepted: true)
        #expect(ledger.decide(browser: "b2", session: "other") == .admit(Self.report))
    }

    @Test func afterAFailureTheBrowserBelongsToThatSession() {
        var ledger = InjectionLedger()
        #expect(ledger.decide(browser: "b1", session: "s") == .inject)
        finish(&ledger, "b1", "s", accepted: false)
        #expect(ledger.decide(browser: "b1", session: "other") == .conflict)
        #expect(ledger.decide(browser: "b1", session: nil) == .conflict)
        #expect(ledger.decide(browser: "b1", session: "s") == .inject)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(ledger.decide(browser: "b1", session: nil) == .admit(Self.report))
    }

    @Test func aBrowserHandedOutWithoutASessionTakesNone() {
        var ledger = InjectionLedger()
        #expect(ledger.decide(browser: "b1", session: nil) == .admit(nil))
        #expect(ledger.decide(browser: "b1", session: nil) == .admit(nil))
        #expect(ledger.decide(browser: "b1", session: "s") == .conflict)
    }

    @Test func onlyTheLastBrowsersAreRemembered() {
        var ledger = InjectionLedger()
        for number in 0..<5 { #expect(ledger.decide(browser: "b\(number)", session: nil) == .admit(nil)) }
        #expect(ledger.decide(browser: "b1", session: "s") == .conflict)
        #expect(ledger.decide(browser: "b0", session: "s") == .inject)
    }
}
