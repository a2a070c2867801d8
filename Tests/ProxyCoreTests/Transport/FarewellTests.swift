import TestSupport
import Testing

@testable import ProxyCore

/// The last answer on a connection arrives, whatever the peer is doing meanwhile, and the connection ends.
@Suite(.timeLimit(.minutes(5))) struct FarewellTests {
    private static let answer = Array("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n".utf8)

    /// Takes leave of a peer that plays its part, and waits until the connection is closed.
    private static func leave(
        within limits: FarewellLimits = FarewellLimits(),
        _ play: @escaping @Sendable (LoopPeer, EventLoop) -> Void
    ) async throws -> (received: [UInt8], ending: LoopPeer.Ending?) {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let client = try LoopPeer(pair.near)
            play(client, loop)
            if await pair.far.sayLast(answer, peerMayBeSending: true) { await pair.far.readOut(within: limits) }
            #expect(!pair.far.isOpen)
            client.resume()
            let ending = await client.end()
            let received = client.take()
            client.close()
            return (received, ending)
        }
    }

    @Test func whoSendsAllBeforeItReadsGetsTheAnswer() async throws {
        let (received, ending) = try await Self.leave { client, _ in
            client.pause()
            client.send([UInt8](repeating: 0x61, count: 48 << 20))
            client.finishSending()
        }
        #expect(received == Self.answer)
        #expect(ending == .finished)
    }

    @Test func whoSendsMoreThanAnybodyShouldIsCutOff() async throws {
        var limits = FarewellLimits()
        limits.bytes = 1 << 20
        let (received, _) = try await Self.leave(within: limits) { client, _ in
            client.send([UInt8](repeating: 0x61, count: 48 << 20))
        }
        #expect(received == Self.answer)
    }

    @Test func whoKeepsSilentIsLeft() async throws {
        var limits = FarewellLimits()
        limits.silence = .milliseconds(50)
        let (received, ending) = try await Self.leave(within: limits) { _, _ in }
        #expect(received == Self.answer)
        #expect(ending == .finished)
    }

    @Test func whoGoesOnInSmallPiecesIsLeftAtTheEndOfAllPatience() async throws {
        var limits = FarewellLimits()
        limits.duration = .milliseconds(100)
        limits.silence = .seconds(60)
        let (received, _) = try await Self.leave(within: limits) { client, loop in
            var timer: LoopTimer?
            let next = LoopTimer { [weak client] in
                guard let client, client.ending == nil else {
                    timer = nil
                    return
                }
                client.send([0x61])
                if let timer { loop.schedule(timer, at: loop.now + .milliseconds(1)) }
            }
            timer = next
            next.fire()
        }
        #expect(received == Self.answer)
    }

    @Test func anAnswerOfManyPiecesArrivesWhole() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let client = try LoopPeer(pair.near)
            let answer = [UInt8](repeating: 0x62, count: 9 << 20)
            await pair.far.sendLast(answer, peerMayBeSending: false)
            #expect(!pair.far.isOpen)
            await client.hasReceived(answer.count)
            #expect(client.take() == answer)
            client.close()
        }
    }
}
