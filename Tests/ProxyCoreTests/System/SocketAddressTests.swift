import Glibc
import ProxyCore
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", UInt16(9223), "127.0.0.1:9223"), ("0.0.0.0", 0, "0.0.0.0:0"), ("::1", 80, "[::1]:80"),
        ("2001:DB8:0:0:0:0:0:1", 65_535, "[2001:db8::1]:65535"), ("::ffff:10.0.0.1", 1, "[::ffff:10.0.0.1]:1"),
    ])
    func readsNumericHosts(host: String, port: UInt16, description: String) throws {
        let address = try #require(SocketAddress(host: host, port: port))
        #expect(address.description == description)
        #expect(address.port == port)
        #expect(address.family == (host.contains(":") ? AF_INET6 : AF_INET))
    }

    @Test(arguments: [
        "", "localhost", "127.0.0.1:80", "[::1]", "1.2.3", "1.2.3.4.5", "::1%lo", "256.0.0.1", " 1.2.3.4",
    ])
    func refusesWhatIsNoNumericHost(host: String) {
        #expect(SocketAddress(host: host, port: 1) == nil)
    }

    @Test func takesUnixPathsThatFit() throws {
        #expect(SocketAddress(unixPath: "") == nil)
        #expect(SocketAddress(unixPath: String(repeating: "p", count: 108)) == nil)
        let address = try #require(SocketAddress(unixPath: String(repeating: "p", count: 107)))
        #expect(address.family == AF_UNIX)
        #expect(address.port == 0)
        #expect(address.host.isEmpty)
        #expect(address.description == "unix")
    }
}
