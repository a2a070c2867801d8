import ProxyCore
import Testing

/// Each limit at its last good byte and one beyond, whole and in pieces.
@Suite struct HTTPLimitsTests {
    private static let limits = HTTPLimits(head: 120, fieldCount: 4)

    private static func outcome(_ text: String, isComplete: Bool = true) -> [HeadOutcome] {
        HeadOutcome.ofEverySplit(Array(text.utf8), limits: limits, isComplete: isComplete)
    }

    private static func filler(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test func theStartLineMayTakeAllOfTheHead() {
        let rest = "\r\nHost: a\r\n\r\n"
        let longest = "GET /\(Self.filler(93)) HTTP/1.1"
        #expect(longest.utf8.count + rest.utf8.count == 120)
        #expect(Self.outcome(longest + rest) == [.parsed("get /\(Self.filler(93)) http11 1", byteCount: 120)])
        // Beyond the head in the first line is another fact than beyond it behind the line.
        #expect(Self.outcome("GET /\(Self.filler(94)) HTTP/1.1\(rest)") == [.refused(.headTooLarge)])
        #expect(Self.outcome("GET /\(Self.filler(105)) HTTP/1.1\(rest)") == [.refused(.startLineTooLong)])
        #expect(Self.outcome("GET /\(Self.filler(106)) HTTP/1.1\(rest)") == [.refused(.startLineTooLong)])
        #expect(Self.outcome(Self.filler(119), isComplete: false) == [.incomplete])
        #expect(Self.outcome(Self.filler(120), isComplete: false) == [.refused(.startLineTooLong)])
    }

    @Test func aFieldLineMayTakeTheRestOfTheHead() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        let longest = "\(start)X:\(Self.filler(89))\r\n\r\n"
        #expect(longest.utf8.count == 120)
        #expect(Self.outcome(longest) == [.parsed("get / http11 2", byteCount: 120)])
        #expect(Self.outcome("\(start)X:\(Self.filler(90))\r\n\r\n") == [.refused(.headTooLarge)])
        #expect(Self.outcome("\(start)X:\(Self.filler(93))", isComplete: false) == [.refused(.headTooLarge)])
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
        #expect(HeadOutcome.ofEverySplit(inField, step: 9973) == [.refused(.headTooLarge)])
        let inQuery = Array("GET /?signingKey=\(token) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(HeadOutcome.ofEverySplit(inQuery, step: 9973) == [.refused(.startLineTooLong)])
    }

    @Test func takesTokensOfNearly16KiBAtTheDefaultLimits() {
        let token = Self.filler(16_000)
        let inField = Array("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
        let fieldOutcome = HeadOutcome.ofEverySplit(inField, step: 9973)
        #expect(fieldOutcome == [.parsed("get / http11 2", byteCount: inField.count)])
        let inQuery = Array("GET /?signingKey=\(token) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let queryOutcome = HeadOutcome.ofEverySplit(inQuery, step: 9973)
        #expect(queryOutcome == [.parsed("get /?signingKey=\(token) http11 1", byteCount: inQuery.count)])
    }

    @Test func refusesTheHundredAndFirstFieldAtTheDefaultLimits() {
        let hundred = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 99)
        let good = Array((hundred + "\r\n").utf8)
        #expect(HeadOutcome.ofEverySplit(good, step: 101) == [.parsed("get / http11 100", byteCount: good.count)])
        let bad = Array((hundred + "X: y\r\n\r\n").utf8)
        #expect(HeadOutcome.ofEverySplit(bad, step: 101) == [.refused(.tooManyFields)])
    }
}
