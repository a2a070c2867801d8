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

    @Test func connectionsAreKnownFromTheirStartToTheirEnd() async throws {
        try await TestSupport.onLoop { loop in
            let connections = LiveConnections()
            let first = try await Self.add(to: connections, since: 2, on: loop)
            let second = try await Self.add(to: connections, since: 1, on: loop)
            #expect(connections.count == 2)
            #expect(connections.all.map(\.since) == [1, 2])

            #expect(connections.remove(first, totals: Self.totals(5)) != nil)
            #expect(connections.totals == Self.totals(5))
            #expect(connections.remove(first, totals: Self.totals(5)) == nil)
            #expect(connections.remove(second, totals: Self.totals(1)) != nil)
            #expect(connections.totals == Self.totals(6))
            #expect(connections.count == 0)
        }
    }

    private static func add(
        to connections: LiveConnections,
        since: Double,
        on loop: EventLoop
    ) async throws -> RequestID {
        let (client, chrome) = (try await LoopbackPair(on: loop), try await LoopbackPair(on: loop))
        guard let near = client.near.detach(), let far = chrome.near.detach() else { throw StreamError.closed }
        let request = RequestID()
        let connection = LiveConnection(request, grant: try Tokens.grant(), peer: .loopback, since: since)
        let relay = Relay(
            client: near,
            chrome: far,
            fromClient: [],
            fromChrome: [],
            on: loop,
            pipes: PipePool(),
            pingInterval: nil,
            finished: { _, _ in }
        )
        connections.add(connection, relay: relay)
        relay.start()
        for stream in [client.far, chrome.far] { stream.close() }
        return request
    }
}
