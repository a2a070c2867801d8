import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct LiveConnectionsTests {
    private static func totals(_ seed: UInt64) -> RelayTotals {
        var totals = RelayTotals()
        totals.bytesToChrome = seed
        totals.bytesToClient = 2 * seed
        totals.framesToChrome = 3 * seed
        totals.framesToClient = 4 * seed
        return totals
    }

    @Test func totalsAddEachDirection() {
        #expect(Self.totals(1) + Self.totals(2) == Self.totals(3))
    }

    @Test func connectionsAreKnownFromTheirStartToTheirEnd() throws {
        let relays = Relays(on: try EventLoop(), pingInterval: nil)
        let connections = LiveConnections()
        let (first, second) = (RequestID(), RequestID())
        for (request, since) in [(first, 2.0), (second, 1.0)] {
            let grant = try Tokens.grant()
            connections.add(LiveConnection(request, grant: grant, peer: .loopback, since: since, relays: relays))
        }
        #expect(connections.count == 2)
        #expect(connections.all.map(\.since) == [1, 2])
        #expect(connections.remove(first)?.since == 2)
        #expect(connections.remove(first) == nil)
        #expect(connections.count == 1)
    }
}
