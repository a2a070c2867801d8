import ProxyCore
import SessionInjector
import Testing

@Suite struct InjectionLedgerTests {
    private static let report = InjectionReport(failure: .unexpectedAnswer(method: "any"))

    private func finish(_ ledger: inout InjectionLedger, _ browser: String, _ session: String, accepted: Bool) {
        ledger.finish(browser: browser, Self.claim(session), report: Self.report, isAccepted: accepted)
    }

    private static func claim(_ session: String?, by user: String? = "u") -> InjectionClaim {
        InjectionClaim(session: session, userID: user)
    }

    private func decide(
        _ ledger: inout InjectionLedger,
        _ browser: String,
        _ session: String?,
        by user: String? = "u",
        isDriven: Bool = false
    ) -> InjectionLedger.Decision {
        ledger.decide(browser: browser, Self.claim(session, by: user), isDriven: isDriven)
    }

    @Test func injectsOncePerBrowser() {
        var ledger = InjectionLedger()
        #expect(decide(&ledger, "b1", "s") == .inject)
        #expect(decide(&ledger, "b1", "s") == .wait)
        #expect(decide(&ledger, "b1", nil) == .wait)
        #expect(decide(&ledger, "b1", "other") == .conflict)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(decide(&ledger, "b1", "s") == .admit(Self.report))
        #expect(decide(&ledger, "b1", nil) == .admit(Self.report))
        #expect(decide(&ledger, "b1", "other") == .conflict)
    }

    @Test func aRestartedBrowserIsInjectedAgain() {
        var ledger = InjectionLedger()
        #expect(decide(&ledger, "b1", "s") == .inject)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(decide(&ledger, "b2", "other") == .inject)
        #expect(decide(&ledger, "b1", "s") == .admit(Self.report), "a late look-up of the old id")
        finish(&ledger, "b2", "other", accepted: true)
        #expect(decide(&ledger, "b2", "other") == .admit(Self.report))
    }

    @Test func afterAFailureTheBrowserBelongsToThatSession() {
        var ledger = InjectionLedger()
        #expect(decide(&ledger, "b1", "s") == .inject)
        finish(&ledger, "b1", "s", accepted: false)
        #expect(decide(&ledger, "b1", "other") == .conflict)
        #expect(decide(&ledger, "b1", nil) == .conflict)
        #expect(decide(&ledger, "b1", "s") == .inject)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(decide(&ledger, "b1", nil) == .admit(Self.report))
    }

    @Test func aBrowserAnotherUserDroveTakesNoSession() {
        var ledger = InjectionLedger()
        #expect(decide(&ledger, "b1", nil, by: "other") == .admit(nil))
        #expect(decide(&ledger, "b1", "s") == .conflict)
        #expect(decide(&ledger, "b1", nil, by: "third") == .admit(nil))
    }

    @Test func aBrowserOfTheSameOrNoUserTakesASessionOnceNobodyDrivesIt() {
        for user in ["u", nil] {
            var ledger = InjectionLedger()
            #expect(decide(&ledger, "b1", nil, by: user) == .admit(nil))
            #expect(decide(&ledger, "b1", "s", isDriven: true) == .conflict)
            #expect(decide(&ledger, "b1", "s") == .inject)
        }
    }

    @Test func anotherUserWithoutASessionIsKeptOut() {
        var ledger = InjectionLedger()
        #expect(decide(&ledger, "b1", "s") == .inject)
        finish(&ledger, "b1", "s", accepted: true)
        #expect(decide(&ledger, "b1", nil, by: "other") == .conflict)
        #expect(decide(&ledger, "b1", nil, by: nil) == .admit(Self.report))
    }

    @Test func onlyTheLastBrowsersAreRemembered() {
        var ledger = InjectionLedger()
        for number in 0..<5 { #expect(decide(&ledger, "b\(number)", nil, by: "other") == .admit(nil)) }
        #expect(decide(&ledger, "b1", "s") == .conflict)
        #expect(decide(&ledger, "b0", "s") == .inject)
    }
}
