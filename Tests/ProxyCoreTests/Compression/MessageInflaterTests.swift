import TestSupport
import Testing

@testable import ProxyCore

@Suite struct MessageInflaterTests {
    private static let key = WireFrame.key

    /// What went on of a stream, and what was wrong with it.
    private struct Outcome: Equatable {
        var messages: [[UInt8]] = []
        var controls: [[UInt8]] = []
        var fault: FrameFault?
    }

    /// Reads a stream in pieces, with a walker behind it as a relay has one.
    private static func outcome(_ pieces: [ArraySlice<UInt8>], room: Int = 64 << 10) throws -> (Outcome, [UInt8]) {
        var inflater = MessageInflater(try #require(CompressionStreams()))
        var out: [UInt8] = []
        for piece in pieces {
            var position = piece.startIndex
            repeat {
                var next: [UInt8] = []
                let rest = piece[position...]
                position += inflater.take(rest.span, into: &next, room: room)
                #expect(next.count < room + (80 << 10) + 32, "no more than there is room for, and one frame")
                out += next
            } while position < piece.endIndex || inflater.hasMore
        }
        var walker = FrameWalker(sender: .client)
        let step = walker.walk(out.span)
        #expect(step.good == out.count && step.fault == nil, "what goes on is valid")
        var result = Outcome(fault: inflater.fault)
        var (message, rest) = ([UInt8](), out[...])
        while let frame = SentFrame(&rest) {
            var payload = frame.payload
            frame.header.maskingKey?.apply(to: &payload, from: 0)
            guard !frame.header.opcode.isControl else {
                result.controls.append(payload)
                continue
            }
            message += payload
            if frame.header.isFinal { result.messages.append(message) }
            if frame.header.isFinal { message = [] }
        }
        return (result, out)
    }

    /// The outcome of a stream, the same at every split.
    private static func outcome(of stream: [UInt8], step: Int = 1) throws -> Outcome {
        let all = try ByteSplitter.pieces(of: stream, step: step).map { try outcome($0).0 }
        for other in all { #expect(other == all[0], "the same at every split") }
        return all[0]
    }

    @Test func whatIsNotCompressedPassesAsItCame() throws {
        let stream =
            WireFrame.text("hello", key: Self.key) + WireFrame.bytes(.ping, [1], key: Self.key)
            + WireFrame.text("a", isFinal: false, key: Self.key) + WireFrame.bytes(.continuation, [98], key: Self.key)
            + WireFrame.close(1000, key: Self.key)
        for pieces in ByteSplitter.pieces(of: stream) { #expect(try Self.outcome(pieces).1 == stream) }
    }

    @Test func aShortMessageIsOneFrameUnderTheClientsKey() throws {
        var client = try #require(CompressedMessages())
        let message = Array(String(repeating: "{\"id\":1}", count: 40).utf8)
        let (outcome, out) = try Self.outcome([client.frames(of: message)[...]])
        #expect(outcome == Outcome(messages: [message]))
        #expect(out == WireFrame.bytes(.text, message, key: Self.key))
    }

    @Test func messagesPassAtEverySplit() throws {
        var client = try #require(CompressedMessages())
        let message = Array("{\"id\":1,\"method\":\"Page.enable\"}".utf8)
        let stream =
            client.frames(of: message) + WireFrame.text("plain", key: Self.key) + client.frames(of: [])
            + client.frames(of: message, fragment: 7)
        #expect(try Self.outcome(of: stream) == Outcome(messages: [message, Array("plain".utf8), [], message]))
    }

    @Test func controlFramesPassBetweenFragments() throws {
        var client = try #require(CompressedMessages())
        let whole = client.frames(of: Array("hello hello hello".utf8), fragment: 4)
        var (stream, rest) = ([UInt8](), whole[...])
        while let before = rest.isEmpty ? nil : rest, SentFrame(&rest) != nil {
            stream += before.prefix(before.count - rest.count) + WireFrame.bytes(.ping, [7], key: Self.key)
        }
        let outcome = try Self.outcome(of: stream)
        #expect(outcome.messages == [Array("hello hello hello".utf8)])
        #expect(outcome.controls.count > 1 && outcome.controls.allSatisfy { $0 == [7] })
    }

    @Test func aLongMessagePassesInBoundedMemory() throws {
        var client = try #require(CompressedMessages())
        var generator = SeededGenerator(seed: 13)
        let zeros = [UInt8](repeating: 48, count: 3_000_000)
        let noise = generator.bytes(count: 200_000)
        for message in [zeros, noise] {
            let stream = client.frames(of: message, key: WireFrame.nullKey)
            let (outcome, _) = try Self.outcome([stream[...]], room: 1000)
            #expect(outcome.messages == [message])
            #expect(outcome.fault == nil)
        }
    }

    /// RFC 7692, section 7.2.3: with one block, a stored block, a last block and two blocks.
    @Test(
        arguments: [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        ] as [[UInt8]]
    )
    func theExamplesOfTheRFC(_ payload: [UInt8]) throws {
        var stream = WireFrame.bytes(.text, payload, key: Self.key)
        stream[0] |= FrameHeader.compressed
        #expect(try Self.outcome(of: stream) == Outcome(messages: [Array("Hello".utf8)]))
    }

    @Test(
        arguments: [
            [0xFF], [0xFF, 0xFF, 0xFF, 0xFF], Array("plain text".utf8), [0xF2, 0x48, 0xCD], [0x07],
            // A stored block whose length is not what its complement says, and a distance before the beginning.
            [0x00, 0x05, 0x00, 0x00, 0x00, 0x48], [0x02, 0x10, 0x00],
        ] as [[UInt8]]
    )
    func brokenStreamsAreAFault(_ payload: [UInt8]) throws {
        var stream = WireFrame.bytes(.text, payload, key: Self.key)
        stream[0] |= FrameHeader.compressed
        #expect(try Self.outcome(of: stream).fault == .brokenCompression)
        #expect(FrameFault.brokenCompression.closeCode == .invalidPayload)
    }

    @Test(arguments: [
        (Opcode.continuation, FrameHeader.compressed, FrameFault.reservedBits),
        (.ping, FrameHeader.compressed, .reservedBits),
        (.close, FrameHeader.compressed, .reservedBits), (.text, 0x20, .reservedBits), (.text, 0x10, .reservedBits),
        (.text, 0x70, .reservedBits), (.binary, FrameHeader.compressed, .binary),
    ])
    func marksWhereNoneBelongAreAFault(_ opcode: Opcode, _ bits: UInt8, _ fault: FrameFault) throws {
        var stream = WireFrame.text("a", key: Self.key)
        if opcode == .continuation { stream = WireFrame.text("a", isFinal: false, key: Self.key) }
        let good = stream.count
        stream += WireFrame.bytes(opcode, opcode == .close ? [3, 232] : [1], key: Self.key)
        stream[good] |= bits
        #expect(try Self.outcome(of: stream).fault == fault)
    }

    @Test func theRulesOfFramesHoldForCompressedOnes() throws {
        var client = try #require(CompressedMessages())
        let whole = client.frames(of: Array("hello".utf8))
        var unmasked = WireFrame.bytes(.text, client.payload(of: [1]))
        unmasked[0] |= FrameHeader.compressed
        var open = whole
        open[0] &= 0x7F
        #expect(try Self.outcome(of: unmasked).fault == .notMasked)
        #expect(try Self.outcome(of: open + whole).fault == .messageInsideMessage)
        #expect(
            try Self.outcome(of: whole + WireFrame.bytes(.continuation, key: Self.key)).fault == .continuationOfNothing
        )
    }

    @Test func nothingPassesBehindAFault() throws {
        var client = try #require(CompressedMessages())
        var broken = WireFrame.bytes(.text, [0xFF, 0xFF], key: Self.key)
        broken[0] |= FrameHeader.compressed
        let outcome = try Self.outcome(of: client.frames(of: [65]) + broken + client.frames(of: [66]))
        #expect(outcome == Outcome(messages: [[65]], fault: .brokenCompression))
    }
}
