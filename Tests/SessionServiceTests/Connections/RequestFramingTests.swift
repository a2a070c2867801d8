import NIOHTTP1
import Testing

@testable import SessionService

@Suite struct RequestFramingTests {
    /// Heads with two readings. The decoder refuses some of them before.
    private static let ambiguous: [[String]] = [
        ["Host: a", "Host: b"], ["Host: a", "host: a"], [], ["Host: "], ["Host: a b"], ["Host: u@a"], ["Host: a, b"],
        ["Host: a:99999"], ["Host: a", "Transfer-Encoding: gzip, chunked"],
        ["Host: a", "Transfer-Encoding: chunked, chunked"], ["Host: a", "Transfer-Encoding: "],
        ["Host: a", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Host: a", "Transfer-Encoding: identity"],
        ["Host: a", "Transfer-Encoding: chunked", "Content-Length: 2"],
        ["Host: a", "Content-Length: 2", "Content-Length: 2"], ["Host: a", "Content-Length: 2", "Content-Length: 3"],
        ["Host: a", "Content-Length: -2"], ["Host: a", "Content-Length: 99999999999999999999"],
    ]

    @Test(arguments: ambiguous)
    func ambiguousFramingIsRefused(_ fields: [String]) {
        #expect(RequestFraming(.make(fields)) == nil)
    }

    @Test(arguments: [["Host: a", "Host: b"], ["Host: a", "Transfer-Encoding: chunked"]])
    func ambiguousFramingIsRefusedInHTTP10Too(_ fields: [String]) {
        #expect(RequestFraming(.make(fields, version: .http1_0)) == nil)
    }

    @Test func theAnnouncedLengthIsRead() throws {
        #expect(try #require(RequestFraming(.make())).announced == 0)
        #expect(try #require(RequestFraming(.make(["Host: a", "Content-Length: 7"]))).announced == 7)
        #expect(try #require(RequestFraming(.make(["Host: \t a \t", "Content-Length:  7 \t"]))).announced == 7)
        #expect(try #require(RequestFraming(.make(["Host: a", "Transfer-Encoding: Chunked"]))).announced == nil)
    }

    @Test(arguments: [
        ["Connection: close"], ["Connection: keep-alive, Close"], ["Connection: Upgrade", "Upgrade: h2c"],
    ])
    func aRequestThatEndsTheConnectionIsTheLast(_ fields: [String]) throws {
        #expect(try #require(RequestFraming(.make(["Host: a"] + fields))).isLast)
        #expect(try !#require(RequestFraming(.make(["Host: a"]))).isLast)
    }

    @Test func anHTTP10RequestIsTheLastUnlessItAsksForKeepAlive() throws {
        #expect(try #require(RequestFraming(.make([], version: .http1_0))).isLast)
        let kept = HTTPRequestHead.make(["Connection: Keep-Alive"], version: .http1_0)
        #expect(try !#require(RequestFraming(kept)).isLast)
        #expect(try #require(RequestFraming(.make(method: .CONNECT))).isLast)
    }
}
