import Testing

@testable import CDPProxy

@Suite struct NoticesTests {
    @Test func saysASentenceOnceAndHowOftenItCame() {
        var said: [String] = []
        let notices = Notices { said.append($0) }
        for sentence in ["A.", "A.", "A.", "B.", "A."] { notices.say(sentence) }
        #expect(said == ["A.", "The last line stands for 3.", "B.", "A."])
        notices.finish()
        notices.say("A.")
        #expect(said.suffix(2) == ["A.", "A."])
    }
}
