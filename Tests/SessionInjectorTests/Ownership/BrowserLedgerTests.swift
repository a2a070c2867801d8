import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct BrowserLedgerTests {
    private static func caller(_ user: String?, in session: String? = "s1", isAdmin: Bool = false) -> BrowserCaller {
        BrowserCaller(userID: user, sessionID: session, isAdmin: isAdmin)
    }

    private static func claim(_ caller: BrowserCaller, _ stored: String? = nil, of owner: String = "a") -> BrowserClaim
    {
        BrowserClaim(caller, session: stored.map { BrowserClaim.Session(id: $0, userID: owner) })
    }

    /// The states of a browser. User a has driven it or had a session injected, in browser session s1.
    enum Scene: String, CaseIterable, Sendable {
        case fresh, bareByA, bareWithoutUser, bareUnknown, injecting, holding, spoiled
    }

    /// A ledger with a browser `b` in this state and without drivers.
    static func ledger(_ scene: Scene) -> BrowserLedger {
        var ledger = BrowserLedger()
        #expect(ledger.decide("b", claim(caller("a")), to: .drive) == .learn)
        switch scene {
        case .fresh, .bareByA, .bareWithoutUser, .injecting: ledger.learned("b", nil)
        case .bareUnknown: ledger.learned("b", .bare(BrowserVisitors()))
        case .holding, .spoiled:
            guard let holding = BrowserHolding(claim(caller("a"), "row")) else { break }
            ledger.learned("b", scene == .holding ? .holding(holding) : .injecting(holding))
        }
        switch scene {
        case .bareByA, .bareWithoutUser:
            #expect(ledger.decide("b", claim(caller(scene == .bareByA ? "a" : nil)), to: .drive) == .admit)
            ledger.leave("b")
        case .injecting: #expect(ledger.decide("b", claim(caller("a"), "row"), to: .drive) == .inject)
        case .fresh, .bareUnknown, .holding, .spoiled: break
        }
        return ledger
    }

    /// A caller, and its decisions in each state for driving and for listing the tabs.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let claim: BrowserClaim
        /// By scene, in the order of `Scene`: `+` admit, `i` inject, `w` wait, `-` conflict.
        let drive: String
        let look: String

        var testDescription: String { name }
    }

    static let rows: [Row] = [
        //                                                          f  a  n  u  i  h  s
        Row(name: "a", claim: claim(caller("a")), drive: "++++w+-", look: "++++w+-"),
        Row(name: "a elsewhere", claim: claim(caller("a", in: "s2")), drive: "++-+w+-", look: "++-+w+-"),
        Row(name: "a, the session", claim: claim(caller("a"), "row"), drive: "iiiiw+i", look: "++++w++"),
        Row(name: "a, another session", claim: claim(caller("a"), "row2"), drive: "iiii---", look: "++++---"),
        Row(name: "b", claim: claim(caller("b", in: "s2")), drive: "+--+---", look: "+--+---"),
        Row(name: "b in a's", claim: claim(caller("b")), drive: "+-++---", look: "+-++---"),
        Row(name: "b, own", claim: claim(caller("b", in: "s2"), "b-row", of: "b"), drive: "i--i---", look: "+--+---"),
        Row(name: "no user, in a's session", claim: claim(caller(nil)), drive: "++++w+-", look: "++++w+-"),
        Row(name: "no user, elsewhere", claim: claim(caller(nil, in: "s2")), drive: "+-++---", look: "+-++---"),
        Row(
            name: "no user, elsewhere, the session",
            claim: claim(caller(nil, in: "s2"), "row"),
            drive: "i--i---",
            look: "+-++---"
        ),
        Row(
            name: "admin",
            claim: claim(caller("op", in: "s9", isAdmin: true)),
            drive: "++++w+-",
            look: "++++w+-"
        ),
    ]

    private static func letter(_ decision: BrowserLedger.Decision) -> Character {
        switch decision {
        case .admit: "+"
        case .inject: "i"
        case .wait: "w"
        case .conflict: "-"
        case .learn: "?"
        }
    }

    @Test(arguments: rows) func everyCallerGetsItsDecisionInEveryState(_ row: Row) {
        for (use, wanted) in [(BrowserLedger.Use.drive, row.drive), (.look, row.look)] {
            let found = Scene.allCases.map { scene in
                var ledger = Self.ledger(scene)
                return Self.letter(ledger.decide("b", row.claim, to: use))
            }
            #expect(String(found) == wanted, "\(use)")
        }
    }

    @Test func noSessionIsInjectedWhileAClientDrives() {
        var ledger = Self.ledger(.fresh)
        #expect(ledger.decide("b", Self.claim(Self.caller("a")), to: .drive) == .admit)
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .conflict)
        ledger.leave("b")
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .inject)
    }

    @Test func listingTabsIsNotDriving() {
        var ledger = Self.ledger(.fresh)
        #expect(ledger.decide("b", Self.claim(Self.caller("b")), to: .look) == .admit)
        #expect(ledger.record(of: "b") == nil)
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .inject)
        #expect(!ledger.mayLook("b", Self.claim(Self.caller("b"))))
        #expect(ledger.mayLook("b", Self.claim(Self.caller("a"))))
    }

    @Test func aCallerDrivesOnceItsInjectionIsAccepted() {
        var ledger = Self.ledger(.injecting)
        ledger.finish("b", isAccepted: true)
        #expect(ledger.record(of: "b").map { "\($0)".hasPrefix("holding") } == true)
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .admit)
    }

    @Test func aFailedInjectionIsRepeatedForTheSameSession() {
        var ledger = Self.ledger(.injecting)
        ledger.finish("b", isAccepted: false)
        #expect(ledger.decide("b", Self.claim(Self.caller("a")), to: .drive) == .conflict)
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .inject)
    }

    @Test(arguments: [Scene.fresh, .bareByA, .spoiled]) func anAbandonedInjectionChangesNothing(_ scene: Scene) {
        var ledger = Self.ledger(scene)
        let before = ledger.record(of: "b")
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .inject)
        ledger.abandon("b")
        #expect(ledger.record(of: "b") == before)
        #expect(ledger.decide("b", Self.claim(Self.caller("a"), "row"), to: .drive) == .inject)
    }

    @Test func aFailedSurveyIsRepeated() {
        var ledger = BrowserLedger()
        let claim = Self.claim(Self.caller("a"))
        #expect(ledger.decide("b", claim, to: .look) == .learn)
        #expect(ledger.decide("b", claim, to: .drive) == .wait)
        ledger.stayedUnknown("b")
        #expect(ledger.decide("b", claim, to: .drive) == .learn)
    }

    @Test func aRestartedBrowserIsAnotherBrowser() {
        var ledger = Self.ledger(.holding)
        #expect(ledger.decide("c", Self.claim(Self.caller("b")), to: .drive) == .learn)
        #expect(
            ledger.decide("b", Self.claim(Self.caller("b")), to: .drive) == .conflict,
            "a late look-up of the old id"
        )
    }

    @Test func onlyAFewBrowsersWithoutDriversAreRemembered() {
        var ledger = Self.ledger(.bareByA)
        #expect(ledger.decide("b", Self.claim(Self.caller("a")), to: .drive) == .admit)
        for number in 0..<20 {
            #expect(ledger.decide("other \(number)", Self.claim(Self.caller("a")), to: .look) == .learn)
            ledger.learned("other \(number)", nil)
        }
        #expect(ledger.decide("other 0", Self.claim(Self.caller("a")), to: .look) == .learn)
        #expect(ledger.decide("b", Self.claim(Self.caller("b")), to: .drive) == .conflict, "it is driven")
    }
}
