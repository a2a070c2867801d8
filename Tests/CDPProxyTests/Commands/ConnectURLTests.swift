import Testing

@testable import CDPProxy

@Suite struct ConnectURLTests {
    @Test(
        arguments: [
            ("ws://localhost:9223", "ws://localhost:9223/?signingKey=T"),
            ("wss://example.com/", "wss://example.com/?signingKey=T"),
            ("ws://[::1]:9223/cdp", "ws://[::1]:9223/cdp?signingKey=T"), ("ws://h/a?x=1", "ws://h/a?x=1&signingKey=T"),
            ("ws://h?", "ws://h/?signingKey=T"), ("ws://h?x=1", "ws://h/?x=1&signingKey=T"),
            ("ws://h/?x=1&", "ws://h/?x=1&signingKey=T"),
            ("http://127.0.0.1:9223", "http://127.0.0.1:9223/?signingKey=T"),
            ("https://h/devtools/page/1", "https://h/devtools/page/1?signingKey=T"),
        ]
    )
    func keepsWhatTheUserWroteAndHasAPath(url: String, expected: String) throws {
        #expect(try #require(ConnectURL(argument: url)).text(with: "T") == expected)
    }

    @Test(
        arguments: [
            "", "localhost", "localhost:9223", "ws:localhost", "ws://", "ws:///cdp", "ftp://h", "WS://h", "ws://h:0x1",
            "ws://h:99999",
            "ws://user:password@h", "ws://h#a", "ws://h/a#b", "ws://h/a b", "ws://h/é", "ws://h?signingKey=x",
            "ws://h?a=1&%73igningKey=x",
            "ws://h?ticket=x", "ws://h?apiKey=x", "ws://h\n",
        ]
    )
    func refuses(url: String) {
        #expect(ConnectURL(argument: url) == nil)
    }
}
