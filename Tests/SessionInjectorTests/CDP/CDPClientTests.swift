import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct CDPClientTests {
    let browser = FakeBrowser()
    let client: CDPClient

    init() {
        client = CDPClient(over: browser)
    }

    @Test func commandsCarryAnIDAndASession() async throws {
        try await client.post("A.one")
        _ = try await client.call("B.two", ["x": 1], session: "s")
        #expect(
            browser.commands == [
                ["id": 1, "method": "A.one", "params": [:]],
                ["id": 2, "method": "B.two", "params": ["x": 1], "sessionId": "s"],
            ]
        )
    }

    @Test func answersMayComeInAnyOrder() async throws {
        browser.silentMethods = ["Slow.a", "Slow.b"]
        let first = try await client.send("Slow.a")
        let second = try await client.send("Slow.b")
        browser.say(["id": 2, "result": ["n": 2]])
        browser.say(["id": 1, "result": ["n": 1]])
        #expect(try await client.answer(to: first) == ["n": 1])
        #expect(try await client.answer(to: second) == ["n": 2])
    }

    @Test func answersWithoutAPendingCommandAreDropped() async throws {
        try await client.post("A.posted")
        browser.say(["id": 99, "result": [:]])
        #expect(try await client.call("B.called") == [:])
    }

    @Test func eventsReachTheirHandlerWhileACallerWaits() async throws {
        var seen: [CDPEvent] = []
        client.onEvent = { event throws(CDPError) in seen.append(event) }
        browser.say(["method": "A.happened", "params": ["x": 1], "sessionId": "s"])
        browser.say(["method": "B.happened"])
        _ = try await client.call("C.do")
        #expect(
            seen == [
                CDPEvent(method: "A.happened", parameters: ["x": 1], sessionID: "s"),
                CDPEvent(method: "B.happened", parameters: [:], sessionID: nil),
            ]
        )
    }

    @Test func aHandlersErrorReachesTheWaitingCaller() async throws {
        client.onEvent = { _ throws(CDPError) in throw .unexpectedAnswer(method: "event") }
        browser.say(["method": "A.happened"])
        await #expect(throws: CDPError.unexpectedAnswer(method: "event")) { try await client.call("C.do") }
    }

    @Test func refusalsCarryTheirCodeAndNoText() async throws {
        browser.refusedMethods = ["A.b"]
        let error = CDPError.refused(method: "A.b", code: -32_000)
        await #expect(throws: error) { try await client.call("A.b") }
        #expect(error.description == "Chrome refused A.b (-32000)")
    }

    @Test func aPassedDeadlineEndsTheWaiting() async throws {
        browser.silentMethods = ["A.b"]
        await #expect(throws: CDPError.stream(.stream(.deadline))) { try await client.call("A.b") }
    }

    @Test(arguments: ["", "garbage", "[]", "{\"id\":1", "null", "<html>"])
    func anUnreadableMessageIsAnError(text: String) async throws {
        browser.say(bytes: Array(text.utf8))
        await #expect(throws: CDPError.unexpectedAnswer(method: "a command")) { try await client.call("A.b") }
    }

    @Test func anAnswerWithoutAResultIsAnError() async throws {
        browser.silentMethods = ["A.b"]
        browser.say(["id": 1])
        await #expect(throws: CDPError.unexpectedAnswer(method: "A.b")) { try await client.call("A.b") }
    }
}
