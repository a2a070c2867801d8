import ProxyCore
import Testing

@Suite struct IPAddressTests {
    @Test(
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("fe80::1:0:0:2", "fe80::1:0:0:2"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"),
            ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ]
    )
    func readsAndWrites(text: String, description: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == description)
        #expect(IPAddress(description) == address)
    }

    @Test(
        arguments: [
            "", " ", "1", "127.1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "0x7f.0.0.1", "2130706433",
            "1.2.3.4 ", " 1.2.3.4",
            "1.2.3.4\0", "1.2.3.4\0.5", "1.2.3.4/8", "1.2.3.-4", "١.2.3.4", ":", ":::", "1::2::3", "::12345",
            "1:2:3:4:5:6:7", "[::1]",
            "::1%lo", "fe80::1%2", "::ffff:1.2.3", "::g", "localhost",
        ]
    )
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func aMappedAddressIsTheIPv4One() throws {
        let plain = try #require(IPAddress("192.0.2.1"))
        let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
        #expect(plain == mapped)
        #expect(Set([plain, mapped]).count == 1)
        #expect(plain.isIPv4 && mapped.isIPv4)
        #expect(plain == IPAddress(ipv4: 0xC000_0201))
        #expect(IPAddress("::192.0.2.1") != plain)
        #expect(IPAddress("::192.0.2.1")?.isIPv4 == false)
    }

    @Test(
        arguments: [
            ("127.0.0.1", true), ("127.255.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false),
            ("::", false), ("0.0.0.0", false), ("::2", false),
        ]
    )
    func knowsLoopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }
}
