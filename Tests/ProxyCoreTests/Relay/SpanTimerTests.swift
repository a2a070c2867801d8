import TestSupport
import Testing

@testable import ProxyCore

@Suite(.timeLimit(.minutes(5)), .inEveryKind) struct SpanTimerTests {
    private static func timer(
        _ peers: JoinedPeers,
        age: Duration? = nil,
        idle: Duration? = nil,
        notice: Duration = SpanClock.notice
    ) throws -> SpanTimer {
        let span = RelaySpan(untilExpiry: nil, age: age, idleness: idle)
        let relay = try #require(peers.relay)
        return SpanTimer(SpanClock(span, from: peers.loop.now, notice: notice), of: relay, on: peers.loop)
    }

    @Test func anAgedConnectionEndsWith4010() async throws {
        try await relayScene { peers in
            let timer = try Self.timer(peers, age: .milliseconds(50))
            _ = await peers.client.end()
            #expect(goodbye(peers.client.take())?.code == 4010)
            timer.cancel()
            return RelayEnd(code: .outlived, side: .proxy)
        }
    }

    /// Pongs and Pings keep the connection alive, and do not make its client busy.
    @Test func aClientThatSendsControlFramesOnlyIsIdle() async throws {
        try await relayScene(pingInterval: .milliseconds(20)) { peers in
            let timer = try Self.timer(peers, idle: .milliseconds(400))
            var told: [UInt8] = []
            peers.client.onBytes = { [unowned client = peers.client] bytes in
                told += bytes
                client.send(WireFrame.bytes(.pong, key: WireFrame.key) + WireFrame.bytes(.ping, key: WireFrame.key))
            }
            peers.chrome.onBytes = { [unowned chrome = peers.chrome] _ in chrome.send(WireFrame.bytes(.pong)) }
            _ = await peers.client.end()
            #expect(goodbye(told)?.code == 4009)
            timer.cancel()
            return RelayEnd(code: .idle, side: .proxy)
        }
    }

    @Test func theClientIsWarned() async throws {
        try await relayScene { peers in
            let notice = Duration.seconds(3600)
            let timer = try Self.timer(peers, age: notice + .milliseconds(50), notice: notice)
            let warning = WireFrame.bytes(.text, SpanTimer.warning(of: .age, seconds: 3600))
            #expect(await peers.client.take(warning.count) == warning)
            timer.cancel()
            peers.client.reset()
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    /// Whatever Chrome is in the middle of, and however it comes, the warning stands between its messages.
    @Test(arguments: [1, 3_000, 100_000]) func aWarningWaitsForTheEndOfChromesMessage(_ size: Int) async throws {
        // A message that is held has not begun on the way to the client.
        guard !RelayKind.current.holdsMessages || size > RelayKind.longestHeld else { return }
        try await relayScene { peers in
            let half = [UInt8](repeating: 0x61, count: size)
            let first = WireFrame.bytes(.text, half, isFinal: false)
            let rest = WireFrame.bytes(.ping, [1]) + WireFrame.bytes(.continuation, half)
            peers.chrome.send(first)
            await peers.client.hasReceived(first.count)
            peers.relay?.tellClient([0x21])
            await peers.loop.turns(20)
            #expect(peers.client.receivedCount == first.count, "nothing stands inside a fragmented message")
            let next = WireFrame.text("event")
            peers.chrome.send(rest + next)
            let expected = first + rest + WireFrame.text("!") + next
            #expect(await peers.client.take(expected.count) == expected)
            peers.client.reset()
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    @Test func nothingIsSaidWhenTheConnectionEnds() async throws {
        try await relayScene { peers in
            peers.relay?.close(.outlived, reason: "")
            peers.relay?.tellClient([0x21])
            _ = await peers.client.end()
            #expect(ReceivedFrames(peers.client.take()).frames.map(\.header.opcode) == [.close])
            return RelayEnd(code: .outlived, side: .proxy)
        }
    }

    @Test func theWarningIsAnEventOfTheProtocol() {
        let text = String(decoding: SpanTimer.warning(of: .age, seconds: 30), as: UTF8.self)
        #expect(
            text == #"{"method":"CDPProxy.connectionEnding","params":{"code":4010,"reason":"maxSeconds","seconds":30}}"#
        )
    }
}
