import ProxyCore
import Testing

@Suite struct AuthorityTests {
    @Test(
        arguments: [
            ("localhost", "localhost", nil),
            ("localhost:9223", "localhost", 9223),
            ("Proxy.Example.com", "Proxy.Example.com", nil),
            ("example.com.:443", "example.com.", 443),
            ("my_service-1:1", "my_service-1", 1),
            ("10.0.0.255:65535", "10.0.0.255", 65535),
            ("1.2.3.4.example", "1.2.3.4.example", nil),
            ("[::1]", "[::1]", nil),
            ("[::]:9223", "[::]", 9223),
            ("[2001:db8::8:800:200C:417A]:80", "[2001:db8::8:800:200C:417A]", 80),
            ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", nil),
            ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", nil),
            ("[::ffff:127.0.0.1]:9222", "[::ffff:127.0.0.1]", 9222),
            ("[1:2:3:4:5:6:127.0.0.1]", "[1:2:3:4:5:6:127.0.0.1]", nil),
        ] as [(String, String, UInt16?)]
    )
    func readsHostAndPort(_ text: String, _ host: String, _ port: UInt16?) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.description == text)
    }

    @Test(arguments: [
        "", ":9223", "host:", "host:0", "host:080", "host:65536", "host:99999999999999999999", "host:9223x", "host:-1",
        "host:+80", "host: 80", "host:80:80", "a b", "a,b", "user@host", "user:pass@host", "host/path", "host?q",
        "host#f",
        "ho%73t", "h\u{e9}te", "host\u{0}", ".", "..", ".host", "a..b", "host..", "300.1.1.1", "1.2.3", "1.2.3.4.5",
        "01.2.3.4", "1.2.3.4.", "127.1", "2130706433", "[", "[]", "[]:80", "[::1", "::1", "[::1]x", "[::1]80", "[::1]:",
        "[::1]:0", "[:1]", "[1:]", "[:::]", "[1::2::3]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]",
        "[1:2:3:4:5:6:7:8::]",
        "[12345::]", "[g::1]", "[fe80::1%25eth0]", "[::1.2.3]", "[::1.2.3.4:5]", "[::256.1.1.1]", "[v1.a:b]",
        "[1:2:3:4:5:6:7:1.2.3.4]", String(repeating: "a", count: 256),
    ])
    func refuses(_ text: String) {
        #expect(Authority(text) == nil)
    }

    @Test(arguments: [
        ("localhost:1", "localhost"), ("[::1]:1", "::1"), ("[2001:db8::]", "2001:db8::"), ("10.0.0.1", "10.0.0.1"),
    ])
    func bareHostHasNoBrackets(_ text: String, _ host: String) {
        #expect(Authority(text)?.bareHost == host)
    }

    @Test func takesANameOf255Bytes() {
        #expect(Authority(String(repeating: "a", count: 255) + ":1") != nil)
    }
}
