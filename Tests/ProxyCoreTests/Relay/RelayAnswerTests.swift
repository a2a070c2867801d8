import TestSupport
import Testing

@testable import ProxyCore

/// A rule under which messages that begin with `?` are answered and any other passes.
private let questions = MessageRule(
    whole: { !$0.isEmpty && $0[0] == UInt8(ascii: "?") ? .answer(Array("answer".utf8)) : .pass },
    long: { _ in .pass },
    longest: 1_000
)

@Suite(.timeLimit(.minutes(5))) struct RelayAnswerTests {
    private static let question = WireFrame.text("?", key: WireFrame.key)
    private static let answer = WireFrame.text("answer")
    private static let command = WireFrame.text("command", key: WireFrame.key)

    private static func joined(on loop: EventLoop) async throws -> JoinedPeers {
        let peers = try await JoinedPeers(on: loop)
        peers.join(toChrome: questions)
        return peers
    }

    @Test func theSenderGetsTheAnswerAndChromeNothing() async throws {
        try await onLoop { loop in
            let peers = try await Self.joined(on: loop)
            peers.client.send(Self.question + Self.command)
            let received = await peers.client.take(Self.answer.count)
            #expect(received == Self.answer)
            let asked = await peers.chrome.take(Self.command.count)
            #expect(asked == Self.command)
            await peers.close()
        }
    }

    @Test func anAnswerToChromeIsMasked() async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers(on: loop)
            peers.join(toClient: questions)
            peers.chrome.send(WireFrame.text("?"))
            let received = await peers.chrome.take(Self.answer.count + 4)
            let frame = try #require(ReceivedFrames(received).frames.first)
            let key = try #require(frame.header.maskingKey)
            #expect(frame.payload.enumerated().map { $1 ^ key[$0] } == Array("answer".utf8))
            await peers.close()
        }
    }

    /// Whatever Chrome is in the middle of, and however it comes, the answer stands between its messages.
    @Test(arguments: [1, 5, 3_000, 100_000, 3 << 20]) func anAnswerWaitsForTheEndOfChromesMessage(
        _ size: Int
    ) async throws {
        try await onLoop { loop in
            let peers = try await Self.joined(on: loop)
            let half = [UInt8](repeating: 0x61, count: size)
            let first = WireFrame.bytes(.text, half, isFinal: false)
            let rest = WireFrame.bytes(.ping, [1]) + WireFrame.bytes(.continuation, half)
            peers.chrome.send(first)
            await peers.client.hasReceived(first.count)
            peers.client.send(Self.question)
            await peers.client.hasSentAll()
            await loop.turns(20)
            #expect(peers.client.receivedCount == first.count, "nothing stands inside a fragmented message")
            let next = WireFrame.text("event")
            peers.chrome.send(rest + next)
            let expected = first + rest + Self.answer + next
            let received = await peers.client.take(expected.count)
            #expect(received == expected)
            await peers.close()
        }
    }

    /// A client that asks and does not read is held back: neither answers nor questions pile up.
    @Test func aClientThatReadsNoAnswersIsHeldBack() async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers(on: loop)
            let long = [UInt8](repeating: 0x21, count: 1_000)
            let question = WireFrame.bytes(.text, [UInt8](repeating: 0x3F, count: 900), key: WireFrame.nullKey)
            peers.join(
                toChrome: MessageRule(whole: { _ in .answer(long) }, long: { _ in .pass }, longest: 1_000)
            )
            peers.client.pause()
            // More than the kernel's buffers hold.
            let count = 16_000
            var flood: [UInt8] = []
            for _ in 0..<count { flood += question }
            peers.client.send(flood)
            var unsent = -1
            var still = 0
            while still < 200 {
                await loop.turns(1)
                still = peers.client.unsentCount == unsent ? still + 1 : 0
                unsent = peers.client.unsentCount
            }
            #expect(unsent > 0, "the proxy took more than it can answer")
            var received = 0
            peers.client.onBytes = { received += $0.count }
            peers.client.resume()
            let expected = count * WireFrame.bytes(.text, long).count
            await peers.client.hasReceived(expected)
            #expect(received == expected)
            await peers.close()
        }
    }

    @Test func anAnswerIsNotPutBehindChromesClose() async throws {
        try await onLoop { loop in
            let peers = try await Self.joined(on: loop)
            let close = WireFrame.close(1000)
            peers.chrome.send(close)
            await peers.client.hasReceived(close.count)
            peers.client.send(Self.question + WireFrame.close(1000, key: WireFrame.key))
            _ = await peers.client.end()
            #expect(peers.client.take() == close)
            await peers.close()
        }
    }
}
