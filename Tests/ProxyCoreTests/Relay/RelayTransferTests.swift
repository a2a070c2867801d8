import Glibc
import ProxyCore
import TestSupport
import Testing

/// The direction in which a test sends.
enum Direction: CaseIterable, Sendable {
    case toChrome
    case toClient

    func ends(of peers: JoinedPeers) -> (source: LoopPeer, sink: LoopPeer) {
        self == .toChrome ? (peers.client, peers.chrome) : (peers.chrome, peers.client)
    }

    /// A key that a frame needs in this direction, which leaves the payload as it is.
    var key: MaskingKey? { self == .toChrome ? WireFrame.nullKey : nil }
}

/// Bytes without a pattern, made in a way that is fast in a debug build too.
private func payload(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    let block = generator.bytes(count: 4_099)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    bytes.removeLast(bytes.count - count)
    return bytes
}

@Suite(.timeLimit(.minutes(5)), .inBothDirections) struct RelayTransferTests {
    @Test(
        arguments: [0, 1, 125, 126, 65_535, 65_536, 65_537, 131_072, 1 << 20, 20 << 20],
        Direction.allCases
    )
    func aMessagePassesUnharmed(size: Int, direction: Direction) async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            let (source, sink) = direction.ends(of: peers)
            let frame = WireFrame.bytes(.text, payload(size), key: direction.key)
            source.send(frame)
            let received = await sink.take(frame.count)
            #expect(received == frame)
            // And the other way afterwards.
            let answer = WireFrame.bytes(.text, [1, 2, 3], key: direction == .toChrome ? nil : WireFrame.key)
            sink.send(answer)
            let answered = await source.take(answer.count)
            #expect(answered == answer)
            await peers.close()
            #expect(peers.ends.count == 1)
            let (up, down) =
                direction == .toChrome ? (frame.count, answer.count) : (answer.count, frame.count)
            #expect(peers.totals.bytesToChrome == UInt64(up))
            #expect(peers.totals.bytesToClient == UInt64(down))
            #expect(peers.totals.framesToChrome == 1)
            #expect(peers.totals.framesToClient == 1)
        }
    }

    /// While much of a frame is to come the kernel announces large pieces only; bytes that come slowly are passed on all the
    /// same, and so is the next frame.
    @Test(arguments: Direction.allCases)
    func aLargeFrameThatComesSlowlyIsNotHeldBack(direction: Direction) async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            let (source, sink) = direction.ends(of: peers)
            let frame = WireFrame.bytes(.text, payload(2 << 20), key: direction.key)
            var sent = 0
            for piece in [300_000, 1, 70_000, 1_000, 200_000, 16, frame.count - 571_017] {
                source.send(Array(frame[sent..<sent + piece]))
                let received = await sink.take(piece)
                #expect(received == Array(frame[sent..<sent + piece]))
                sent += piece
            }
            #expect(sent == frame.count)
            let small = WireFrame.text("?", key: direction.key)
            source.send(small)
            let received = await sink.take(small.count)
            #expect(received == small)
            await peers.close()
        }
    }

    @Test(arguments: Direction.allCases)
    func byteByByte(direction: Direction) async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            let (source, sink) = direction.ends(of: peers)
            let stream =
                WireFrame.text("Hel", isFinal: false, key: direction.key)
                + WireFrame.bytes(.ping, [9], key: direction.key)
                + WireFrame.bytes(.continuation, Array("lo".utf8), key: direction.key)
                + WireFrame.bytes(.text, payload(300), key: direction.key)
            source.send(stream.indices.map { stream[$0...$0] })
            let expected = RelayKind.current.passed(stream)
            let received = await sink.take(expected.count)
            #expect(received == expected)
            await peers.close()
            #expect(peers.totals.framesToChrome + peers.totals.framesToClient == 4)
        }
    }

    /// Random messages, fragments and control frames, in random pieces, both ways at once.
    @Test(arguments: 0..<12)
    func randomStreamsInRandomPieces(seed: UInt64) async throws {
        try await onLoop { loop in
            var generator = SeededGenerator(seed: seed)
            let peers = try await JoinedPeers.joined(on: loop)
            let longest = [300, 5_000, 200_000][Int(seed % 3)]
            let up = WireFrame.randomStream(
                messages: 5,
                longest: longest,
                closes: false,
                key: WireFrame.nullKey,
                using: &generator
            )
            let down = WireFrame.randomStream(messages: 5, longest: longest, closes: false, key: nil, using: &generator)
            peers.client.send(generator.split(up, longest: max(40, up.count / 20)))
            peers.chrome.send(generator.split(down, longest: max(40, down.count / 20)))
            let (wantedUp, wantedDown) = (RelayKind.current.passed(up), RelayKind.current.passed(down))
            let gotUp = await peers.chrome.take(wantedUp.count)
            let gotDown = await peers.client.take(wantedDown.count)
            #expect(gotUp == wantedUp)
            #expect(gotDown == wantedDown)
            await peers.close()
            #expect(peers.totals.bytesToChrome == UInt64(up.count))
            #expect(peers.totals.bytesToClient == UInt64(down.count))
            #expect(peers.totals.framesToChrome == UInt64(ReceivedFrames(up).frames.count))
            #expect(peers.totals.framesToClient == UInt64(ReceivedFrames(down).frames.count))
        }
    }

    @Test func whatCameBehindTheHandshakesIsPassedOnFirst() async throws {
        try await onLoop { loop in
            let up = WireFrame.text("first", key: WireFrame.key)
            let down = WireFrame.text("event")
            let peers = try await JoinedPeers(on: loop)
            peers.join(fromClient: Array(up[..<7]), fromChrome: Array(down[..<1]))
            peers.client.send(Array(up[7...]))
            peers.chrome.send(Array(down[1...]))
            let gotUp = await peers.chrome.take(up.count)
            let gotDown = await peers.client.take(down.count)
            #expect(gotUp == up)
            #expect(gotDown == down)
            await peers.close()
            #expect(peers.totals.bytesToChrome == UInt64(up.count))
        }
    }

    @Test func whatCameBeforeTheStartIsNotMissed() async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers(on: loop)
            let up = WireFrame.text("early", key: WireFrame.key)
            let down = WireFrame.text("bird")
            peers.client.send(up)
            peers.chrome.send(down)
            await peers.client.hasSentAll()
            await peers.chrome.hasSentAll()
            // The loop reports the bytes to the streams, which no reader uses and which then give their legs away.
            await loop.turns(5)
            peers.join()
            let gotUp = await peers.chrome.take(up.count)
            let gotDown = await peers.client.take(down.count)
            #expect(gotUp == up)
            #expect(gotDown == down)
            await peers.close()
        }
    }

    // MARK: Back-pressure

    @Test(arguments: Direction.allCases)
    func aReaderThatPausesHoldsTheSenderBack(direction: Direction) async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            let (source, sink) = direction.ends(of: peers)
            source.set(SO_SNDBUF, to: 262_144)
            sink.set(SO_RCVBUF, to: 262_144)
            sink.pause()
            let total = 48 << 20
            let frame = WireFrame.bytes(.text, payload(total), key: direction.key)
            source.send(frame)
            // Until nothing has moved for many turns: what is on its way then stands in buffers of the kernel.
            var unsent = source.unsentCount
            var still = 0
            while still < 200 {
                await loop.turns(1)
                still = source.unsentCount == unsent ? still + 1 : 0
                unsent = source.unsentCount
            }
            #expect(unsent > total / 2, "the proxy took more than its sockets and one pipe hold")
            var received = 0
            var isSame = true
            sink.onBytes = { bytes in
                isSame = isSame && bytes == Array(frame[received..<received + bytes.count])
                received += bytes.count
            }
            sink.resume()
            await sink.hasReceived(frame.count)
            #expect(received == frame.count)
            #expect(isSame)
            await peers.close()
        }
    }

    @Test func oneDirectionGoesOnWhileTheOtherIsHeldBack() async throws {
        try await onLoop { loop in
            let peers = try await JoinedPeers.joined(on: loop)
            peers.client.pause()
            peers.chrome.send(WireFrame.bytes(.text, payload(16 << 20)))
            for number in 0..<20 {
                let frame = WireFrame.text("command \(number)", key: WireFrame.key)
                peers.client.send(frame)
                let received = await peers.chrome.take(frame.count)
                #expect(received == frame)
            }
            await peers.close()
        }
    }

    // MARK: Fairness and resources

    /// One connection moves as much as it can; another one plays ping-pong on the same loop.
    @Test func aBulkTransferDoesNotStarveTheOthers() async throws {
        try await onLoop { loop in
            let pipes = PipePool()
            let bulk = try await JoinedPeers.joined(on: loop, pipes: pipes)
            let small = try await JoinedPeers.joined(on: loop, pipes: pipes)
            let total = 24 << 20
            bulk.chrome.send(WireFrame.bytes(.text, payload(total)))
            var count = 0
            bulk.client.onBytes = { count += $0.count }
            let question = WireFrame.text("?", key: WireFrame.key)
            let answer = WireFrame.text("!")
            var rounds = 0
            while count < total / 2, rounds < 10_000 {
                small.client.send(question)
                let asked = await small.chrome.take(question.count)
                small.chrome.send(answer)
                let answered = await small.client.take(answer.count)
                #expect(asked == question && answered == answer)
                rounds += 1
            }
            // Each round takes a handful of turns, in each of which the other moves at most its share each way.
            #expect(rounds >= 10)
            await bulk.client.hasReceived(total)
            await bulk.close()
            await small.close()
        }
    }

    @Test func pipesGoBackToThePool() async throws {
        try await onLoop { loop in
            let pipes = PipePool()
            let peers = try await JoinedPeers.joined(on: loop, pipes: pipes)
            for _ in 0..<3 {
                let frame = WireFrame.bytes(.text, payload(2 << 20))
                peers.chrome.send(frame)
                let received = await peers.client.take(frame.count)
                #expect(received == frame)
            }
            await peers.close()
            #expect(peers.relay == nil)
        }
    }
}
