import ProxyCore
import Testing

@Suite struct SocketAddressLookupTests {
    @Test func findsThisMachineByItsName() {
        let found = SocketAddress.lookUp("localhost", port: 9223)
        #expect(found.contains { $0.ipAddress?.isLoopback == true })
        #expect(found.allSatisfy { $0.port == 9223 })
    }

    @Test(arguments: ["", "a..b"])
    func findsNothing(name: String) {
        #expect(SocketAddress.lookUp(name, port: 1).isEmpty)
    }
}
