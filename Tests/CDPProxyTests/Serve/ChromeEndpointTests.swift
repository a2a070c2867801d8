import Glibc
import TestSupport
import Testing

@testable import CDPProxy
@testable import ProxyCore

/// The way to a Chrome whose queue of connections is full.
@Suite struct ChromeEndpointTests {
    /// The kernel drops a connection that finds the queue full, and comes back for it after a second, which is too late here.
    @Test func aFullQueueIsTriedAgainAtOnce() async throws {
        try await TestSupport.onLoop { loop in
            let socket = try Descriptor.streamSocket(family: AF_INET)
            // One connection fits in.
            try socket.listen(at: try #require(SocketAddress(host: "127.0.0.1", port: 0)), backlog: 0)
            let address = socket.boundAddress()
            let filler = try await TCPStream.connect(to: address, on: loop, deadline: loop.now + .seconds(20))
            let copy = dup(socket.number)
            var listener: TCPListener?
            var peers: [LoopPeer] = []
            let makeRoom = LoopTimer {
                listener = try? TCPListener(over: Descriptor(owning: copy), on: loop) { connection, address in
                    guard let stream = try? TCPStream(owning: connection, peer: address, on: loop),
                        let peer = try? LoopPeer(stream)
                    else { return }
                    peers.append(peer)
                    peer.send(Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8))
                }
            }
            loop.schedule(makeRoom, at: loop.now + .milliseconds(30))
            let endpoint = ChromeEndpoint(at: address, on: loop, timeout: .milliseconds(900))
            await #expect(throws: ChromeFailure.malformedAnswer) { try await endpoint.browserPath() }
            filler.close()
            listener?.close()
            for peer in peers { peer.close() }
        }
    }
}
