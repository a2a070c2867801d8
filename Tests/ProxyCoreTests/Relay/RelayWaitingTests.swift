import Glibc
import TestSupport
import Testing

@testable import ProxyCore

/// A relay waits without doing anything: counted by how often its low-water timer fires, not by time.
@Suite(.timeLimit(.minutes(5)), .inBothDirections) struct RelayWaitingTests {
    /// Waits so long that a relay which goes on looking would look that often.
    private static func moments(_ count: Int, on loop: EventLoop) async {
        for _ in 0..<count { await loop.sleep(until: loop.now + RelayTimeouts.lowWater) }
    }

    @Test(arguments: Direction.allCases) func aLargeFrameThatStopsHalfWayIsNotLookedAt(
        _ direction: Direction
    ) async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            let (source, sink) = direction.ends(of: peers)
            let start = WireFrame.header(.text, announcing: 50 << 20, key: direction.key)
            source.send(start + [UInt8](repeating: 0x61, count: 20_000))
            await sink.hasReceived(start.count + 20_000)
            await Self.moments(50, on: loop)
            let looks = { peers.relay?.lowWaterTimeouts ?? -1 }
            // Once in vain, and perhaps once for what came in two parts; a message that is still held is not waited for so.
            #expect((RelayKind.current.holdsMessages ? 0 : 1)...3 ~= looks())

            // A single byte is passed on all the same, and is looked after once more.
            source.send([0x61])
            await sink.hasReceived(start.count + 20_001)
            await Self.moments(50, on: loop)
            #expect(looks() <= 5)

            // And so is the rest.
            source.send([UInt8](repeating: 0x61, count: 50 << 20 - 20_001))
            await sink.hasReceived(start.count + 50 << 20)
            await Self.moments(5, on: loop)
            let before = looks()
            await Self.moments(50, on: loop)
            #expect(looks() == before)
            await peers.close()
        }
    }

    @Test(arguments: Direction.allCases) func noTimerLooksForBytesWhileTheReaderPauses(
        _ direction: Direction
    ) async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            let (source, sink) = direction.ends(of: peers)
            sink.pause()
            // More than the kernel's buffers hold; in pieces, of which each is waited for before the next comes.
            let (size, piece) = (64 << 20, 300 << 10)
            source.send(WireFrame.header(.text, announcing: UInt64(size), key: direction.key))
            var sent = 0
            repeat {
                source.send([UInt8](repeating: 0x61, count: piece))
                sent += piece
                await loop.turns(200)
            } while source.unsentCount == 0 && sent + piece <= size
            let looks = { peers.relay?.lowWaterTimeouts ?? -1 }
            var unsent = -1
            while source.unsentCount != unsent {
                unsent = source.unsentCount
                await Self.moments(20, on: loop)
            }
            let passed = peers.relay.map { $0.totals.bytesToChrome + $0.totals.bytesToClient }
            #expect(passed.map { $0 < sent } == true)
            let before = looks()
            await Self.moments(50, on: loop)
            #expect(looks() == before)
            sink.onBytes = { _ in }
            sink.resume()
            source.send([UInt8](repeating: 0x61, count: size - sent))
            await sink.hasReceived(size)
            await peers.close()
        }
    }
}
