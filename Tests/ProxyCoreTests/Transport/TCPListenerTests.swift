import Glibc
import TestSupport
import Testing

@testable import ProxyCore

private let farewell = Array("no room".utf8)

private func loopback() throws -> SocketAddress {
    try #require(SocketAddress(host: "127.0.0.1", port: 0))
}

private func congestionControl(of socket: borrowing Descriptor) -> String {
    var name = [UInt8](repeating: 0, count: 16)
    var length = socklen_t(name.count)
    _ = unsafe getsockopt(socket.number, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &length)
    return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
}

/// What a non-blocking socket receives up to its end.
private func receiveAll(_ socket: borrowing Descriptor, on loop: EventLoop) async -> [UInt8] {
    var received: [UInt8] = []
    do throws(Errno) {
        while true {
            let count = unsafe try socket.read(into: UnsafeMutableRawBufferPointer(loop.scratch))
            if count == 0 { return received }
            if let count { unsafe received += loop.scratch[..<count] } else { await loop.turns(1) }
        }
    } catch {
        Issue.record(error, "the connection was broken, and the farewell may be lost")
        return received
    }
}

/// Listens at the address of a listener that has closed. A process that another test starts holds a copy of every descriptor until it
/// runs its own program, and the address with it.
private func listenAgain(at address: SocketAddress, on loop: EventLoop) async {
    while true {
        do throws(Errno) {
            return try TCPListener(at: address, on: loop) { _, _ in }.close()
        } catch .addressInUse {
            await loop.turns(1)
        } catch {
            Issue.record(error)
            return
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct TCPListenerTests {
    @Test func everyConnectionIsGivenOnce() async throws {
        try await onLoop { loop in
            let listener = try LoopbackListener(on: loop)
            #expect(listener.address?.port != 0)
            var streams: [TCPStream] = []
            // More than it accepts in a turn.
            for _ in 0..<150 { streams.append(try await listener.connect()) }
            for _ in 0..<150 { streams.append(try await listener.accept()) }
            #expect(Set(streams[150...].map(\.peer.port)).count == 150)
            for stream in streams { stream.close() }
            listener.close()
        }
    }

    @Test func itListensAtAUnixSocket() async throws {
        try await onLoop { loop in
            let path = "/tmp/cdp-proxy-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
            defer { unsafe unlink(path) }
            let address = try #require(SocketAddress(unixPath: path))
            var accepted = 0
            let listener = try TCPListener(at: address, on: loop) { _, peer in
                accepted += 1
                #expect(peer.family == AF_UNIX)
            }
            let stream = try await TCPStream.connect(to: address, on: loop, deadline: loop.now + .seconds(20))
            while accepted == 0 { await loop.turns(1) }
            stream.close()
            listener.close()
        }
    }

    @Test func anAddressIsTakenOnce() async throws {
        // A host of its own: no other test takes the port between an end and a beginning.
        let nobodyElses = try #require(SocketAddress(host: "127.60.60.60", port: 0))
        try await onLoop { loop in
            let listener = try TCPListener(at: nobodyElses, on: loop) { _, _ in }
            #expect(throws: Errno.addressInUse) {
                _ = try TCPListener(at: listener.address, on: loop) { _, _ in }
            }
            listener.close()
            listener.close()
            await listenAgain(at: listener.address, on: loop)
        }
    }

    /// What comes meanwhile waits in the queue, for this process or another one with the same socket.
    @Test(arguments: [false, true]) func aListenerThatPausesLosesNoConnection(isGivenOn: Bool) async throws {
        try await onLoop { loop in
            var accepted = (before: 0, after: 0)
            let listener = try TCPListener(at: try loopback(), on: loop) { _, _ in accepted.before += 1 }
            let number = try #require(listener.number)
            listener.pause()
            let stream = try await TCPStream.connect(to: listener.address, on: loop, deadline: loop.now + .seconds(20))
            await loop.turns(3)
            #expect(accepted == (0, 0))
            guard isGivenOn else {
                listener.resume()
                while accepted.before == 0 { await loop.turns(1) }
                stream.close()
                return listener.close()
            }
            let copy = Descriptor(owning: dup(number))
            listener.close()
            let next = try TCPListener(over: copy, on: loop) { _, _ in accepted.after += 1 }
            while accepted.after == 0 { await loop.turns(1) }
            #expect(next.address.port == listener.address.port && accepted.before == 0)
            stream.close()
            next.close()
        }
    }

    /// What the system has for networks may pace them.
    @Test func connectionsOfThisMachineAreNotPaced() async throws {
        try await onLoop { loop in
            var accepted: String?
            let listener = try TCPListener(at: try loopback(), on: loop) { connection, _ in
                accepted = congestionControl(of: connection)
            }
            let stream = try await TCPStream.connect(to: listener.address, on: loop, deadline: loop.now + .seconds(20))
            while accepted == nil { await loop.turns(1) }
            guard let connected = stream.detach() else { throw StreamError.closed }
            #expect(accepted == "reno")
            #expect(congestionControl(of: connected.leave(loop).intoDescriptor()) == "reno")
            listener.close()
        }
    }

    @Test(arguments: ["192.0.2.1", "0.0.0.0"])
    func connectionsThatLeaveItKeepWhatTheSystemHas(host: String) throws {
        let address = try #require(SocketAddress(host: host, port: 9222))
        let socket = try Descriptor.streamSocket(family: address.family)
        let before = congestionControl(of: socket)
        socket.sendUnpaced(within: address)
        #expect(congestionControl(of: socket) == before)
    }

    // MARK: Out of descriptors

    @Test func aClientThatThereIsNoDescriptorForIsToldAndTheNextOneIsAccepted() async {
        await #expect(processExitsWith: .success) {
            try await onLoop { loop in
                var accepted = 0
                var turnedAway = 0
                let listener = try TCPListener(
                    at: try loopback(),
                    on: loop,
                    farewell: farewell,
                    overflow: { turnedAway += 1 },
                    accept: { _, _ in accepted += 1 }
                )
                let first = try Descriptor.streamSocket(family: AF_INET)
                let second = try Descriptor.streamSocket(family: AF_INET)
                let third = try Descriptor.streamSocket(family: AF_INET)
                let shortage = DescriptorShortage(leaving: 0)
                try first.connect(to: listener.address)
                _ = try first.send(Array("GET / HTTP/1.1".utf8).span)
                try second.connect(to: listener.address)
                let told = [await receiveAll(first, on: loop), await receiveAll(second, on: loop)]
                #expect(told == [farewell, farewell])
                #expect((accepted, turnedAway) == (0, 2))
                shortage.end()
                try third.connect(to: listener.address)
                while accepted == 0 { await loop.turns(1) }
                #expect((accepted, turnedAway) == (1, 2))
                listener.close()
            }
        }
    }

    @Test func withoutEvenASpareDescriptorItRestsAndGoesOn() async {
        await #expect(processExitsWith: .success) {
            try await onLoop { loop in
                var accepted = 0
                let client = try Descriptor.streamSocket(family: AF_INET)
                let shortage = DescriptorShortage(leaving: 1)
                let listener = try TCPListener(at: try loopback(), on: loop, farewell: farewell) { _, _ in accepted += 1
                }
                try client.connect(to: listener.address)
                await loop.turns(50)
                #expect(accepted == 0)
                shortage.end()
                while accepted == 0 { await loop.turns(1) }
                listener.close()
            }
        }
    }

    @Test func noDescriptorIsLeft() async {
        await #expect(processExitsWith: .success) {
            // Once before, so that what is made once is there.
            try await useEverything()
            let before = openDescriptorCount()
            for _ in 0..<5 { try await useEverything() }
            #expect(openDescriptorCount() == before)
        }
    }
}

/// Loops, listeners, streams that end in every way, and relays that spliced.
private func useEverything() async throws {
    try await onLoop { loop in
        let listener = try LoopbackListener(on: loop)
        for number in 0..<4 {
            let near = try await listener.connect()
            let far = try await listener.accept()
            if number > 1 { far.finishWriting() }
            near.close()
            far.close()
        }
        listener.close()
        for _ in 0..<3 {
            let peers = try await JoinedPeers.joined(on: loop)
            let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 1 << 20))
            peers.chrome.send(frame)
            _ = await peers.client.take(frame.count)
            await peers.close()
        }
    }
}
