import Glibc
import TestSupport
import Testing

@testable import ProxyCore

@Suite struct CompressionCodecTests {
    /// Both ends of a connection inside the process.
    private static func pair() throws -> (near: Int32, far: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func aSocketCountsAsEmptyOnlyWhenTheSameCallReadAllOfIt() throws {
        let loop = try EventLoop()
        let ends = try Self.pair()
        let near = Descriptor(owning: ends.near)
        let far = Descriptor(owning: ends.far)
        let offer = Array("permessage-deflate".utf8)
        let agreement = try #require(PermessageDeflate(try ExtensionOffer.all(in: offer[...])))
        let pool = try #require(CompressionPool(on: loop))
        let codec = CompressionCodec(agreement, over: nil, with: pool, received: [])
        var client = try #require(CompressedMessages())
        let frames = client.frames(of: [UInt8](repeating: 120, count: 3000))
        var room = [UInt8](repeating: 0, count: 2000)
        /// How many bytes came; -1 when none are there.
        func receive() throws -> Int {
            try unsafe room.withUnsafeMutableBytes { try unsafe codec.receive(into: $0, from: near) } ?? -1
        }
        #expect(try far.send(frames.span) == frames.count)
        #expect(try receive() == 2000)
        #expect(!codec.isDrained, "a part of the message is left")
        #expect(try far.send(frames.span) == frames.count)
        #expect(try receive() == 1008)
        #expect(!codec.isDrained, "what came meanwhile was announced already")
        room = [UInt8](repeating: 0, count: 4000)
        #expect(try receive() == 3008)
        #expect(codec.isDrained)
        #expect(try receive() == -1)
    }
}
