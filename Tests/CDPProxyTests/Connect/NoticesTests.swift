import Testing

@testable import CDPProxy

@Suite struct NoticesTests {
    private final class Said {
        var lines: [String] = []
    }

    @Test func saysASentenceTheFirstTheTenthAndTheHundredthTime() {
        let said = Said()
        let notices = Notices { said.lines.append($0) }
        for _ in 1...150 {
            notices.say("A.")
            notices.say("B.")
        }
        #expect(
            said.lines.filter { $0.hasPrefix("A.") } == [
                "A.", "A. That was the 10th time.", "A. That was the 100th time.",
            ]
        )
        #expect(said.lines.count == 6)
    }

    @Test func anOutageIsSaidAnewAfterTheProxyHasAnswered() {
        let said = Said()
        let notices = Notices { said.lines.append($0) }
        notices.proxyAnswered()
        for _ in 1...2 {
            notices.say(outage: "Down.")
            notices.say(outage: "Down.")
            notices.say("A.")
            notices.proxyAnswered()
            notices.proxyAnswered()
        }
        #expect(said.lines == ["Down.", "A.", "The proxy answers again.", "Down.", "The proxy answers again."])
    }
}
