import ProxyCore
import Testing

@Suite struct CIDRTests {
    @Test(
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.1.2.3/8", "10.9.9.9", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1/32", "192.0.2.2", false), ("192.0.2.0/31", "192.0.2.1", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false), ("::/0", "::1", true),
            ("::/0", "192.0.2.1", false), ("::ffff:10.0.0.0/104", "10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "11.0.0.1", false), ("::ffff:0.0.0.0/96", "203.0.113.9", true),
            ("fe80::1", "fe80::1", true), ("fe80::1/128", "fe80::2", false),
        ]
    )
    func contains(block: String, address: String, expected: Bool) throws {
        #expect(try #require(CIDR(block)).contains(try #require(IPAddress(address))) == expected)
    }

    @Test(
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8",
            "10.0.0.0/8 ", "10/8",
            "::/129", "/8", "10.0.0.0/255.0.0.0",
            // Shorter than the prefix of IPv4-mapped addresses: neither a block of IPv4 nor one of IPv6.
            "::ffff:10.0.0.0/82", "::ffff:10.0.0.0/95", "::ffff:0.0.0.0/0",
        ]
    )
    func refuses(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test func bitsBehindTheLengthDoNotTellBlocksApart() {
        #expect(CIDR("10.1.2.3/8") == CIDR("10.0.0.0/8"))
        #expect(CIDR("10.0.0.0/8") != CIDR("10.0.0.0/9"))
    }
}
