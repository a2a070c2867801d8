import ProxyCore
import Testing

/// Each limit at its last good byte and one beyond, whole and in pieces.
@Suite struct HTTPLimitsTests {
    private static let limits = HTTPLimits(head: 120, startLine: 40, fieldLine: 30, fieldCount: 4)

    private static func outcome(_ text: String, isComplete: Bool = true) -> [HeadOutcome] {
        HeadOutcome.ofEverySplit(Array(text.utf8), limits: limits, isComplete: isComplete)
    }

    private static func filler(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test func limitsTheStartLine() {
        let good = "GET /\(Self.filler(26)) HTTP/1.1"
        #expect(good.utf8.count == 40)
        #expect(Self.outcome("\(good)\r\nHost: a\r\n\r\n") != [.refused(.startLineTooLong)])
        #expect(Self.outcome("GET /\(Self.filler(27)) HTTP/1.1\r\nHost: a\r\n\r\n") == [.refused(.startLineTooLong)])
        #expect(Self.outcome(Self.filler(41), isComplete: false) == [.refused(.startLineTooLong)])
        #expect(Self.outcome(Self.filler(40), isComplete: false) == [.incomplete])
    }

    @Test func limitsAFieldLine() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(Self.outcome("\(start)X:\(Self.filler(28))\r\n\r\n") == [.parsed("get / http11 2", byteCount: 59)])
        #expect(Self.outcome("\(start)X:\(Self.filler(29))\r\n\r\n") == [.refused(.fieldLineTooLong)])
        #expect(Self.outcome("\(start)X:\(Self.filler(29))", isComplete: false) == [.refused(.fieldLineTooLong)])
    }

    @Test func limitsTheNumberOfFields() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(Self.outcome("\(start)A:1\r\nB:2\r\nC:3\r\n\r\n") == [.parsed("get / http11 4", byteCount: 42)])
        #expect(Self.outcome("\(start)A:1\r\nB:2\r\nC:3\r\nD:4\r\n\r\n") == [.refused(.tooManyFields)])
    }

    @Test func limitsTheHead() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nA:\(Self.filler(28))\r\nB:\(Self.filler(28))\r\n"
        #expect(start.utf8.count == 89)
        let good = "\(start)C:\(Self.filler(25))\r\n\r\n"
        #expect(good.utf8.count == 120)
        #expect(Self.outcome(good) == [.parsed("get / http11 4", byteCount: 120)])
        #expect(Self.outcome("\(start)C:\(Self.filler(26))\r\n\r\n") == [.refused(.headTooLarge)])
        #expect(Self.outcome("\(start)C:\(Self.filler(27))\r\n\r\n") == [.refused(.headTooLarge)])
        #expect(Self.outcome("\(start)C:\(Self.filler(28))\r\n\r\n") == [.refused(.headTooLarge)])
        #expect(Self.outcome("\(start)C:\(Self.filler(28))\r", isComplete: false) == [.refused(.headTooLarge)])
    }

    @Test func refusesA64KiBTokenAtTheDefaultLimits() {
        let token = Self.filler(64 * 1024)
        let inField = Array("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
        #expect(HeadOutcome.ofEverySplit(inField, step: 9973) == [.refused(.fieldLineTooLong)])
        let inQuery = Array("GET /?signingKey=\(token) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(HeadOutcome.ofEverySplit(inQuery, step: 9973) == [.refused(.startLineTooLong)])
    }

    @Test func refusesTheHundredAndFirstFieldAtTheDefaultLimits() {
        let hundred = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 99)
        let good = Array((hundred + "\r\n").utf8)
        #expect(HeadOutcome.ofEverySplit(good, step: 101) == [.parsed("get / http11 100", byteCount: good.count)])
        let bad = Array((hundred + "X: y\r\n\r\n").utf8)
        #expect(HeadOutcome.ofEverySplit(bad, step: 101) == [.refused(.tooManyFields)])
    }
}
