import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct TrustedProxiesTests {
    private static func origin(_ lists: [String], peer: String, trusting blocks: [String]) throws -> RequestOrigin {
        let fields = lists.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        let head = try makeHead("GET / HTTP/1.1", fields: "Host: a\r\n" + fields)
        let trustedProxies = TrustedProxies(try blocks.map { try #require(CIDR($0)) })
        return trustedProxies.origin(of: head, peer: try #require(IPAddress(peer)))
    }

    @Test(arguments: [
        // A peer that is not trusted is not believed.
        (["1.1.1.1"], "9.9.9.9", "9.9.9.9"),
        ([], "10.0.0.1", "10.0.0.1"),
        (["1.1.1.1"], "10.0.0.1", "1.1.1.1"),
        // The list is read from its end, as long as its writers are trusted.
        (["6.6.6.6, 1.1.1.1"], "10.0.0.1", "1.1.1.1"),
        (["6.6.6.6, 1.1.1.1, 10.0.0.2"], "10.0.0.1", "1.1.1.1"),
        (["6.6.6.6", "1.1.1.1,10.0.0.2"], "10.0.0.1", "1.1.1.1"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.1", "10.0.0.3"),
        // An element that is no address ends the reading.
        (["1.1.1.1, unknown"], "10.0.0.1", "10.0.0.1"),
        (["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.1", "10.0.0.2"),
        // An empty element is none.
        (["1.1.1.1, , "], "10.0.0.1", "1.1.1.1"),
        // Some write a port, and brackets around IPv6.
        (["1.1.1.1:4711"], "10.0.0.1", "1.1.1.1"),
        (["\t[2001:db8::1]:4711 "], "10.0.0.1", "2001:db8::1"),
        (["2001:db8::1"], "10.0.0.1", "2001:db8::1"),
        (["[2001:db8::1]"], "10.0.0.1", "2001:db8::1"),
        (["::ffff:1.1.1.1"], "10.0.0.1", "1.1.1.1"),
    ])
    func theLastUntrustedIsTheClient(_ lists: [String], _ peer: String, _ client: String) throws {
        let origin = try Self.origin(lists, peer: peer, trusting: ["10.0.0.0/8"])
        #expect(origin.address.description == client)
        #expect(origin.isBehindTrustedProxy == (peer == "10.0.0.1"))
    }

    @Test func withoutHopsThePeerIsTheClient() throws {
        let origin = try Self.origin(["1.1.1.1"], peer: "127.0.0.1", trusting: [])
        #expect(origin.address == .loopback)
        #expect(!origin.isBehindTrustedProxy)
    }
}
