import TestSupport
import Testing

@testable import ProxyCore

@Suite struct MessageDeflaterTests {
    private static func agreement(_ parameters: String = "") throws -> PermessageDeflate {
        let value = Array("permessage-deflate\(parameters)".utf8)
        return try #require(PermessageDeflate(try ExtensionOffer.all(in: value[...])))
    }

    /// What is sent of a stream that comes in pieces.
    private static func sent(
        _ pieces: [ArraySlice<UInt8>],
        _ agreement: PermessageDeflate
    ) throws -> [UInt8] {
        var deflater = MessageDeflater(agreement, try #require(CompressionStreams()))
        defer { deflater.release() }
        var out: [UInt8] = []
        for piece in pieces { deflater.take(piece.span, into: &out) }
        return out
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: 7)
        return generator.bytes(count: count)
    }

    private static let event = String(repeating: "{\"method\":\"Network.dataReceived\",\"params\":{}}", count: 8)

    @Test func shortMessagesAndControlFramesPassAsTheyCame() throws {
        let stream = WireFrame.text(String(repeating: "x", count: 127)) + WireFrame.bytes(.ping) + WireFrame.close(1011)
        #expect(try Self.sent([stream[...]], Self.agreement()) == stream)
    }

    @Test(arguments: [("", 128), ("; server_no_context_takeover", 256)])
    func theShortestCompressedMessageDependsOnWhatIsRemembered(_ parameters: String, _ length: Int) throws {
        for (count, isCompressed) in [(length - 1, false), (length, true)] {
            let message = WireFrame.text(String(repeating: "x", count: count))
            var sent = try Self.sent([message[...]], Self.agreement(parameters))[...]
            #expect(try #require(SentFrame(&sent)).isCompressed == isCompressed)
        }
    }

    @Test func aMessageIsOneShorterFrame() throws {
        var sent = try Self.sent([WireFrame.text(Self.event)[...]], Self.agreement())[...]
        let count = sent.count
        let frame = try #require(SentFrame(&sent))
        #expect(frame.isCompressed && frame.header.isFinal && frame.header.opcode == .text && sent.isEmpty)
        #expect(count < Self.event.utf8.count / 4)
    }

    @Test(arguments: [
        "", "; server_no_context_takeover", "; server_max_window_bits=8", "; server_max_window_bits=9",
        "; server_max_window_bits=15",
    ])
    func messagesPassAtEverySplit(_ parameters: String) throws {
        let (first, second) = (Array(Self.event.utf8), Array(Self.event.utf8.reversed()))
        var stream = WireFrame.bytes(.text, first) + WireFrame.text("short") + WireFrame.bytes(.ping, [1])
        stream += WireFrame.bytes(.text, Array(second[..<100]), isFinal: false) + WireFrame.bytes(.pong)
        stream += WireFrame.bytes(.continuation, Array(second[100...])) + WireFrame.bytes(.text, first)
        stream += WireFrame.bytes(.text, isFinal: false) + WireFrame.bytes(.continuation)
        for pieces in ByteSplitter.pieces(of: stream, step: 5) {
            var client = try #require(CompressedMessages())
            let sent = try Self.sent(pieces, Self.agreement(parameters))
            #expect(client.messages(in: sent) == [first, Array("short".utf8), second, first, []])
        }
    }

    @Test func aSmallWindowIsKeptTo() throws {
        let far = Self.noise(400)
        let message = far + far
        let small = try Self.sent([WireFrame.bytes(.text, message)[...]], Self.agreement("; server_max_window_bits=8"))
        let large = try Self.sent([WireFrame.bytes(.text, message)[...]], Self.agreement())
        #expect(small.count > message.count, "nothing that far back is referred to")
        #expect(large.count < message.count * 2 / 3)
    }

    @Test func whatDoesNotShrinkPassesToo() throws {
        var client = try #require(CompressedMessages())
        let noise = Self.noise(300_000)
        let picture = noise.map { UInt8(ascii: "A") + $0 % 64 }
        let messages = [picture, Array(Self.event.utf8), noise, picture]
        let stream = messages.flatMap { WireFrame.bytes(.text, $0) }
        let pieces = stride(from: 0, to: stream.count, by: 60_000).map { stream[$0..<min($0 + 60_000, stream.count)] }
        let sent = try Self.sent(pieces, Self.agreement())
        let received = client.messages(in: sent) ?? []
        #expect(received.map(\.count) == messages.map(\.count))
        let isTheSame = received.elementsEqual(messages)
        #expect(isTheSame)
        #expect(sent.count < 300_000 + 2 * 240_000)
    }

    @Test func aCompressorRemembersUntilItIsGivenUp() throws {
        let streams = try #require(CompressionStreams())
        var deflater = MessageDeflater(try Self.agreement(), streams)
        var client = try #require(CompressedMessages())
        var lengths: [Int] = []
        for round in 0..<4 {
            var out: [UInt8] = []
            deflater.take(WireFrame.text(Self.event).span, into: &out)
            #expect(client.messages(in: out) == [Array(Self.event.utf8)])
            lengths.append(out.count)
            // The first sweep spares what was used since the one before.
            if round == 1 { #expect(streams.sweep()) }
            if round == 2 { while streams.sweep() {} }
        }
        #expect(lengths[1] < lengths[0])
        #expect(lengths[2] == lengths[1])
        #expect(lengths[3] == lengths[0], "it begins again")
        deflater.release()
        #expect(streams.count == 0)
    }

    @Test func noMoreCompressorsAreKeptThanThereIsRoomFor() throws {
        let streams = try #require(CompressionStreams())
        var clients: [(MessageDeflater, CompressedMessages)] = []
        for _ in 0..<CompressionStreams.mostKept + 20 {
            clients.append((MessageDeflater(try Self.agreement(), streams), try #require(CompressedMessages())))
        }
        for _ in 0..<2 {
            for index in clients.indices {
                var out: [UInt8] = []
                clients[index].0.take(WireFrame.text(Self.event).span, into: &out)
                #expect(clients[index].1.messages(in: out) == [Array(Self.event.utf8)])
            }
        }
        #expect(streams.count == CompressionStreams.mostKept)
    }
}
