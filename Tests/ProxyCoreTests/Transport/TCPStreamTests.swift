import Glibc
import TestSupport
import Testing

@testable import ProxyCore

/// Does something a moment later, while the test waits.
private func soon(on loop: EventLoop, _ action: @escaping () -> Void) {
    loop.schedule(LoopTimer(action), at: loop.now)
}

/// The error that a body throws.
private func failure(_ body: () async throws(StreamError) -> Void) async -> StreamError? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}

@Suite(.timeLimit(.minutes(5))) struct TCPStreamTests {
    @Test func bytesGoBothWays() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            try await pair.near.write(Array("ping".utf8))
            var received: [UInt8] = [0x3E]
            let count = try await pair.far.read(appendingTo: &received)
            #expect(count == 4)
            #expect(received == Array(">ping".utf8))
            try await pair.far.write(Array("pong".utf8))
            var answer: [UInt8] = []
            let first = try await pair.near.read(appendingTo: &answer, atMost: 3)
            let second = try await pair.near.read(appendingTo: &answer, atMost: 3)
            #expect([first, second] == [3, 1])
            #expect(answer == Array("pong".utf8))
            #expect(pair.far.peer.host == "127.0.0.1")
            pair.near.close()
            pair.far.close()
        }
    }

    @Test func aLargeWriteWaitsForASlowReader() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let peer = try LoopPeer(pair.far)
            peer.pause()
            var generator = SeededGenerator(seed: 3)
            let bytes = generator.bytes(count: 12 << 20)
            var isDone = false
            soon(on: loop) {
                #expect(!isDone, "the kernel does not take all of it at once")
                peer.resume()
            }
            try await pair.near.write(bytes)
            isDone = true
            pair.near.finishWriting()
            _ = await peer.end()
            #expect(peer.take() == bytes)
            pair.near.close()
            peer.close()
        }
    }

    // MARK: The end of the stream

    @Test func theEndIsARepeatedZero() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            try await pair.near.write([1])
            pair.near.finishWriting()
            var received: [UInt8] = []
            var counts: [Int] = []
            for _ in 0..<3 { counts.append(try await pair.far.read(appendingTo: &received)) }
            #expect(counts == [1, 0, 0])
            // The other direction is still there.
            try await pair.far.write([2])
            var answer: [UInt8] = []
            _ = try await pair.near.read(appendingTo: &answer)
            #expect(answer == [2])
            pair.near.close()
            pair.far.close()
        }
    }

    @Test func aPeerThatFinishesIsNoticedWhileNobodyReads() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            #expect(!pair.far.peerHasFinished)
            pair.near.finishWriting()
            while !pair.far.peerHasFinished { await loop.turns(1) }
            #expect(!pair.near.peerHasFinished)
            if let socket = pair.far.detach() {
                let hasFinished = socket.peerHasFinished
                #expect(hasFinished)
                loop.deregister(socket.registration)
            }
            pair.near.close()
        }
    }

    @Test func aResetIsAnError() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let peer = try LoopPeer(pair.far)
            soon(on: loop) { peer.reset() }
            let near = pair.near
            let error = await failure { () throws(StreamError) in
                var received: [UInt8] = []
                _ = try await near.read(appendingTo: &received)
            }
            #expect(error == .system(.connectionReset))
            let later = await failure { () throws(StreamError) in try await near.write([1]) }
            #expect(later == .system(Errno(code: EPIPE)), "an error, not a signal")
            near.close()
        }
    }

    // MARK: Deadlines

    @Test func aReaderWaitsNoLongerThanTheDeadline() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let near = pair.near
            let deadline = loop.now + .milliseconds(5)
            near.setDeadline(deadline)
            for _ in 0..<2 {
                let error = await failure { () throws(StreamError) in
                    var received: [UInt8] = []
                    _ = try await near.read(appendingTo: &received)
                }
                #expect(error == .deadline)
            }
            #expect(loop.now >= deadline)
            // What is there can still be read, and a new deadline counts anew.
            near.setDeadline(nil)
            try await pair.far.write([1])
            var received: [UInt8] = []
            let count = try await near.read(appendingTo: &received)
            #expect(count == 1)
            near.close()
            pair.far.close()
        }
    }

    @Test func aWriterWaitsNoLongerThanTheDeadline() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let near = pair.near
            near.setDeadline(loop.now + .milliseconds(5))
            let bytes = [UInt8](repeating: 0, count: 64 << 20)
            let error = await failure { () throws(StreamError) in try await near.write(bytes) }
            #expect(error == .deadline)
            near.close()
            pair.far.close()
        }
    }

    /// A queue of one that is full: the kernel drops what comes after.
    @Test func connectingWaitsNoLongerThanTheDeadline() async throws {
        try await onLoop { loop in
            let socket = try Descriptor.streamSocket(family: AF_INET)
            try socket.listen(at: try #require(SocketAddress(host: "127.0.0.1", port: 0)), backlog: 0)
            let address = socket.boundAddress()
            let first = try await TCPStream.connect(to: address, on: loop, deadline: loop.now + .seconds(20))
            let error = await failure { () throws(StreamError) in
                _ = try await TCPStream.connect(to: address, on: loop, deadline: loop.now + .milliseconds(20))
            }
            #expect(error == .deadline)
            first.close()
        }
    }

    @Test func aRefusedConnectionIsAnError() async throws {
        try await onLoop { loop in
            // Bound, so that no other process listens there.
            let socket = try Descriptor.streamSocket(family: AF_INET)
            let loopback = try #require(SocketAddress(host: "127.0.0.1", port: 0))
            try #require(unsafe loopback.withPointer { unsafe bind(socket.number, $0, $1) } == 0)
            let address = socket.boundAddress()
            let error = await failure { () throws(StreamError) in
                _ = try await TCPStream.connect(to: address, on: loop, deadline: loop.now + .seconds(20))
            }
            #expect(error == .system(.connectionRefused))
        }
    }

    // MARK: Closing

    @Test func closingTellsWhoeverReads() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let near = pair.near
            soon(on: loop) { near.close() }
            let error = await failure { () throws(StreamError) in
                var received: [UInt8] = []
                _ = try await near.read(appendingTo: &received)
            }
            #expect(error == .closed)
            near.close()
            let later = await failure { () throws(StreamError) in try await near.write([1]) }
            #expect(later == .closed)
            pair.far.close()
        }
    }

    @Test func closingTellsWhoeverWrites() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let near = pair.near
            soon(on: loop) { near.close() }
            let bytes = [UInt8](repeating: 0, count: 64 << 20)
            let error = await failure { () throws(StreamError) in try await near.write(bytes) }
            #expect(error == .closed)
            pair.far.close()
        }
    }

    @Test func aClosedStreamIsLetGo() async throws {
        try await onLoop { loop in
            weak var stream: TCPStream?
            do {
                let pair = try await LoopbackPair(on: loop)
                pair.near.setDeadline(loop.now + .seconds(3_600))
                stream = pair.near
                pair.near.close()
                pair.far.close()
            }
            await loop.turns(2)
            #expect(stream == nil)
        }
    }

    @Test func aStreamIsDetachedOnce() async throws {
        try await onLoop { loop in
            let pair = try await LoopbackPair(on: loop)
            let near = pair.near
            near.setDeadline(loop.now + .milliseconds(1))
            if let socket = near.detach() { loop.deregister(socket.registration) }
            if near.detach() != nil { Issue.record("detached twice") }
            let error = await failure { () throws(StreamError) in
                var received: [UInt8] = []
                _ = try await near.read(appendingTo: &received)
            }
            #expect(error == .closed)
            pair.far.close()
        }
    }
}
