import NIOHTTP1
import Testing

@testable import SessionService

private func head(_ fields: String...) -> HTTPRequestHead {
    .make(["Host: a"] + fields)
}

@Suite struct ExchangeStateTests {
    private var exchanges = ExchangeState()

    @Test mutating func requestsAndAnswersAlternate() {
        for _ in 0..<3 {
            #expect(exchanges.receive(head("Content-Length: 2")) == .pass)
            #expect(exchanges.isRequestComing)
            #expect(exchanges.receive(bytes: 2) == true)
            #expect(exchanges.receiveEnd() == true)
            #expect(!exchanges.isRequestComing)
            #expect(exchanges.isAnswerDue)
            #expect(exchanges.beginAnswer() == false)
            exchanges.endAnswer()
            #expect(!exchanges.isAnswerDue)
        }
        #expect(!exchanges.isEnding)
    }

    @Test(arguments: [
        (ExchangeState.mostDiscardedBytes, 0, false), (ExchangeState.mostDiscardedBytes + 1, 0, true),
        (ExchangeState.mostDiscardedBytes + 1, 1, false),
        (1 << 40, 1 << 20, true),
    ])
    mutating func anAnswerBeforeALongRestOfABodyIsTheLast(announced: Int, received: Int, isLast: Bool) {
        #expect(exchanges.receive(head("Content-Length: \(announced)")) == .pass)
        #expect(exchanges.receive(bytes: received) == true)
        #expect(exchanges.beginAnswer() == isLast)
        #expect(exchanges.isEnding == isLast)
        exchanges.endAnswer()
        #expect(exchanges.receive(bytes: 1) == !isLast)
        #expect(exchanges.receiveEnd() == !isLast)
        #expect(exchanges.receive(head()) == (isLast ? .drop : .pass))
    }

    @Test mutating func anAnswerBeforeTheEndOfAChunkedBodyIsTheLast() {
        let chunked = head("Transfer-Encoding: chunked")
        #expect(exchanges.receive(chunked) == .pass)
        #expect(exchanges.receiveEnd() == true)
        #expect(exchanges.beginAnswer() == false)
        exchanges.endAnswer()
        #expect(exchanges.receive(chunked) == .pass)
        #expect(exchanges.receive(bytes: 1) == true)
        #expect(exchanges.beginAnswer() == true)
    }

    @Test mutating func requestsAfterTheLastAreDropped() {
        #expect(exchanges.receive(head()) == .pass)
        #expect(exchanges.receiveEnd() == true)
        #expect(exchanges.receive(head("Connection: close")) == .pass)
        #expect(exchanges.receiveEnd() == true)
        #expect(exchanges.receive(head()) == .drop)
        #expect(exchanges.receive(bytes: 1) == false)
        #expect(exchanges.receiveEnd() == false)
        #expect(exchanges.beginAnswer() == false)
        exchanges.endAnswer()
        #expect(exchanges.beginAnswer() == true)
        exchanges.endAnswer()
        #expect(exchanges.isEnding)
        #expect(!exchanges.isAnswerDue)
    }

    @Test mutating func aRefusalIsAnsweredAfterTheRequestsBeforeIt() {
        #expect(exchanges.receive(head()) == .pass)
        #expect(exchanges.receiveEnd() == true)
        #expect(exchanges.receive(head("Host: b")) == .refuse)
        #expect(exchanges.receive(head()) == .drop)
        #expect(exchanges.beginAnswer() == false)
        exchanges.endAnswer()
        #expect(exchanges.beginAnswer() == true)
        #expect(exchanges.isEnding)
        #expect(!exchanges.isOver, "what is being said is said to its end")
        exchanges.endAnswer()
        #expect(exchanges.isOver)
    }

    @Test mutating func malformedBytesInABodyEndTheRequest() {
        #expect(exchanges.receive(head("Transfer-Encoding: chunked")) == .pass)
        exchanges.receiveMalformed()
        #expect(!exchanges.isRequestComing)
        #expect(exchanges.beginAnswer() == true)
        #expect(exchanges.receive(head()) == .drop)
    }
}
