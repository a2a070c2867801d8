import ProxyCore
import TestSupport
import Testing

@Suite(.inBothDirections) struct ClientActivityTests {
    /// Plays what a client sends, and asserts for each whether it counts as the client's doing.
    private static func play(_ parts: [(bytes: [UInt8], counts: Bool)]) async throws {
        try await relayScene { peers in
            var sent = 0
            var last = try #require(peers.relay?.lastFromClient)
            for (bytes, counts) in parts {
                peers.client.send(bytes)
                sent += bytes.count
                await peers.loop.turns(3)
                while let total = peers.relay?.totals.bytesToChrome, total < sent { await peers.loop.turns(1) }
                let next = try #require(peers.relay?.lastFromClient)
                #expect((next > last) == counts)
                last = next
            }
            peers.client.reset()
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    private static let message = WireFrame.text("{}", key: WireFrame.key)

    @Test func messagesCountAndControlFramesDoNot() async throws {
        let pong = WireFrame.bytes(.pong, [1, 2, 3], key: WireFrame.key)
        let ping = WireFrame.bytes(.ping, key: WireFrame.key)
        try await Self.play([
            (Self.message, true), (pong, false), (ping, false), (ping + pong, false), (Self.message, true),
            (pong + Self.message, true), (pong, false), (Self.message + pong, true),
        ])
    }

    @Test func eachPartOfALongMessageCounts() async throws {
        let long = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 300_000), key: WireFrame.nullKey)
        try await Self.play([
            (Array(long[..<100_000]), true), (Array(long[100_000..<200_000]), true), (Array(long[200_000...]), true),
        ])
    }
}
