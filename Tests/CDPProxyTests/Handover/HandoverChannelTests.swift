import Glibc
import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Lines between two processes, here between two ends on one loop.
@Suite struct HandoverChannelTests {
    private func pair(on loop: EventLoop) throws -> (near: HandoverChannel, far: TCPStream) {
        let pair = try SocketPair()
        // A copy outlives the pair, as in the process that is started with it.
        let stream = try TCPStream(owning: Descriptor(owning: dup(pair.far.number)), peer: .unnamed, on: loop)
        return (try HandoverChannel(over: pair.intoNear(), on: loop), stream)
    }

    @Test func linesComeWholeHoweverTheyArrive() async throws {
        try await TestSupport.onLoop { loop in
            let (channel, far) = try pair(on: loop)
            defer { channel.close() }
            let text = Array(#"{"say":"ready"}"#.utf8) + [10] + Array(#"{"a":1}"#.utf8) + [10]
            for byte in text { try await far.write([byte]) }
            #expect(try await channel.next().flatMap { HandoverWord($0) } == .ready)
            #expect(try await channel.next() == ["a": 1])
            far.close()
            #expect(try await channel.next() == nil)
        }
    }

    @Test(arguments: ["nonsense\n", "\n", "{\n"]) func whatIsNoJSONIsTheEnd(_ text: String) async throws {
        try await TestSupport.onLoop { loop in
            let (channel, far) = try pair(on: loop)
            defer { for close in [channel.close, far.close] { close() } }
            try await far.write(Array(text.utf8))
            #expect(try await channel.next() == nil)
        }
    }

    @Test func aSilentProcessIsAwaitedUntilTheDeadline() async throws {
        try await TestSupport.onLoop { loop in
            let (channel, far) = try pair(on: loop)
            defer { for close in [channel.close, far.close] { close() } }
            await #expect(throws: StreamError.deadline) { try await channel.next(by: loop.now + .milliseconds(5)) }
        }
    }
}
