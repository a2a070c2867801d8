import ProxyCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)), .inBothDirections) struct RelayKeepaliveTests {
    /// Lets a peer answer each Ping with a frame, and says how many came.
    private static func answerPings(_ peer: LoopPeer, with answer: [UInt8]?) -> () -> Int {
        var pings = 0
        peer.onBytes = { [unowned peer] bytes in
            let came = ReceivedFrames(bytes).frames.count { $0.header.opcode == .ping }
            pings += came
            for _ in 0..<came { if let answer { peer.send(answer) } }
        }
        return { pings }
    }

    private static let answers: [[UInt8]] = [
        WireFrame.bytes(.pong, key: WireFrame.key), WireFrame.text("payload", key: WireFrame.key),
        WireFrame.bytes(.ping, [1], key: WireFrame.key),
    ]

    /// Any byte counts as life, not only a Pong.
    @Test(arguments: answers)
    func aQuietConnectionIsPingedBothWaysAndLivesOn(answer: [UInt8]) async throws {
        try await relayScene(pingInterval: .milliseconds(100)) { peers in
            let toClient = Self.answerPings(peers.client, with: answer)
            let toChrome = Self.answerPings(peers.chrome, with: WireFrame.bytes(.pong))
            await peers.client.wait { toClient() >= 6 }
            await peers.chrome.wait { toChrome() >= 6 }
            #expect(peers.ends.isEmpty)
            peers.client.reset()
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    @Test func aClientThatAnswersNothingIsGivenUpAfterTheThirdPing() async throws {
        try await relayScene(pingInterval: .milliseconds(100)) { peers in
            let pings = Self.answerPings(peers.client, with: nil)
            _ = Self.answerPings(peers.chrome, with: WireFrame.bytes(.pong))
            _ = await peers.client.end()
            #expect(pings() == 3)
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    @Test func aChromeThatAnswersNothingIsGivenUpAfterTheThirdPing() async throws {
        try await relayScene(pingInterval: .milliseconds(100)) { peers in
            let pings = Self.answerPings(peers.chrome, with: nil)
            var told: [UInt8] = []
            peers.client.onBytes = { [unowned client = peers.client] bytes in
                told += bytes
                client.send(WireFrame.bytes(.pong, key: WireFrame.key))
            }
            _ = await peers.client.end()
            #expect(pings() == 3)
            #expect(goodbye(told)?.code == 1011)
            return RelayEnd(code: .internalError, side: .chrome)
        }
    }

    /// Its silence is the proxy's doing, which does not read what it sends.
    @Test func chromeIsNotGivenUpWhileTheClientHoldsItBack() async throws {
        try await relayScene(pingInterval: .milliseconds(100)) { peers in
            peers.client.pause()
            peers.chrome.send(WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 32 << 20)))
            // The Pings of another connection tell how many intervals have passed.
            let clock = try await JoinedPeers.joined(on: peers.loop, pingInterval: .milliseconds(100))
            let ticks = Self.answerPings(clock.client, with: WireFrame.bytes(.pong, key: WireFrame.key))
            _ = Self.answerPings(clock.chrome, with: WireFrame.bytes(.pong))
            for number in 0..<12 {
                await clock.client.wait { ticks() > number }
                // The client lives: it sends, though it does not read.
                let frame = WireFrame.text("\(number)", key: WireFrame.key)
                let before = peers.chrome.receivedCount
                peers.client.send(frame)
                await peers.chrome.hasReceived(before + frame.count)
            }
            #expect(peers.ends.isEmpty)
            await clock.close()
            peers.client.reset()
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }
}
