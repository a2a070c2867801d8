import Testing

@testable import CDPProxy

@Suite struct UpstreamURLTests {
    @Test(
        arguments: [
            ("wss://cdp.example", "wss://cdp.example", 443), ("https://cdp.example/", "wss://cdp.example", 443),
            ("ws://cdp.example", "ws://cdp.example", 80), ("http://127.0.0.1:9223", "ws://127.0.0.1:9223", 9223),
            ("wss://[::1]:9223/", "wss://[::1]:9223", 9223),
        ]
    )
    func namesAProxy(text: String, description: String, port: UInt16) throws {
        let url = try UpstreamURL(text)
        #expect((url.description, url.port) == (description, port))
        #expect(url.isSecure == description.hasPrefix("wss"))
    }

    @Test(
        arguments: [
            ("", UpstreamURLFault.scheme), ("cdp.example", .scheme), ("ftp://h", .scheme), ("WSS://h", .scheme),
            ("wss://_:t@h", .credential), ("wss://@h", .credential), ("wss://h?signingKey=t", .credential),
            ("wss://h/?a=1&ticket=t", .credential), ("wss://h/x?%61piKey=t", .credential), ("wss://h/json", .path),
            ("wss://h?a=1", .path), ("wss://h#a", .path), ("wss://h//", .path), ("wss://", .host),
            ("wss://h:0", .host), ("wss://h:99999", .host), ("wss://h h", .host), ("wss://h\\e", .host),
            ("wss://[::1", .host), ("wss:///", .host),
        ]
    )
    func refuses(text: String, fault: UpstreamURLFault) {
        #expect(throws: fault) { try UpstreamURL(text) }
    }

    @Test(arguments: UpstreamURLFault.allCases)
    func saysInOneSentenceWhatToDo(_ fault: UpstreamURLFault) {
        #expect(fault.description.hasPrefix("The URL"))
        #expect(fault.description.hasSuffix("."))
    }
}
