import ProxyCore
import TestSupport
import Testing

@Suite struct FrameHeaderTests {
    private static let lengths: [UInt64] = [
        0, 1, 124, 125, 126, 127, 128, 255, 256, 65_534, 65_535, 65_536, 65_537, 1 << 20, 1 << 31, 1 << 32,
        UInt64(Int64.max) - 1, UInt64(Int64.max),
    ]

    @Test(arguments: lengths, [Opcode.continuation, .text, .binary, .close, .ping, .pong])
    func readingAndWritingAreInverse(length: UInt64, opcode: Opcode) throws {
        for key in [nil, WireFrame.key, MaskingKey(littleEndian: 0xFFFF_FFFF)] {
            for isFinal in [true, false] {
                let header = FrameHeader(isFinal: isFinal, opcode: opcode, maskingKey: key, payloadLength: length)
                var bytes: [UInt8] = []
                header.write(to: &bytes)
                #expect(bytes.count == FrameHeader.length(first: bytes[0], second: bytes[1]))
                #expect(bytes.count <= FrameHeader.longest)
                let read = try FrameHeader(bytes.span)
                #expect(read == header)
            }
        }
    }

    private static let examples: [(Opcode, Bool, MaskingKey?, UInt64, [UInt8])] = [
        (.text, true, nil, 5, [0x81, 0x05]),
        (.text, true, WireFrame.key, 5, [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D]),
        (.text, false, nil, 3, [0x01, 0x03]),
        (.continuation, true, nil, 2, [0x80, 0x02]),
        (.ping, true, nil, 5, [0x89, 0x05]),
        (.pong, true, WireFrame.key, 5, [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D]),
        (.binary, true, nil, 256, [0x82, 0x7E, 0x01, 0x00]),
        (.binary, true, nil, 65_536, [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0]),
    ]

    /// The examples of RFC 6455, section 5.7.
    @Test(arguments: examples)
    func writesTheExamplesOfTheRFC(opcode: Opcode, isFinal: Bool, key: MaskingKey?, length: UInt64, wire: [UInt8]) {
        #expect(WireFrame.header(opcode, announcing: length, isFinal: isFinal, key: key) == wire)
    }

    @Test(arguments: [0xC1, 0xA1, 0x91, 0xF1, 0x41] as [UInt8])
    func reservedBitsAreRefused(first: UInt8) {
        #expect(throws: FrameFault.reservedBits) { try FrameHeader([first, 0x00].span) }
    }

    @Test(arguments: [0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF] as [UInt8])
    func unknownOpcodesAreRefused(opcode: UInt8) {
        #expect(throws: FrameFault.unknownOpcode) { try FrameHeader([0x80 | opcode, 0x00].span) }
    }

    private static let badLengths: [([UInt8], FrameFault)] = [
        ([0x81, 126, 0, 0], .lengthNotMinimal),
        ([0x81, 126, 0, 125], .lengthNotMinimal),
        ([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1], .lengthNotMinimal),
        ([0x81, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .lengthNotMinimal),
        ([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], .lengthOutOfRange),
        ([0x81, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .lengthOutOfRange),
    ]

    @Test(arguments: badLengths)
    func badLengthsAreRefused(bytes: [UInt8], fault: FrameFault) {
        #expect(throws: fault) { try FrameHeader(bytes.span) }
    }

    @Test func controlOpcodesAreKnown() {
        let control: [Opcode] = [.close, .ping, .pong]
        let data: [Opcode] = [.continuation, .text, .binary]
        #expect((control + data).filter { $0.isControl } == control)
    }

    @Test func aMaskIsItsOwnInverse() {
        var hello = [0] + Array("Hello".utf8)
        var span = hello.mutableSpan
        WireFrame.key.apply(to: &span, from: 1)
        #expect(hello == [0, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        var again = hello.mutableSpan
        WireFrame.key.apply(to: &again, from: 1)
        #expect(hello == [0] + Array("Hello".utf8))
    }

    @Test func randomKeysDiffer() {
        #expect(Set((0..<8).map { _ in MaskingKey.random() }).count > 1)
    }

    @Test(arguments: [
        (FrameFault.binary, CloseCode.unsupportedData), (.messageTooLong, .messageTooBig),
        (.closeReason, .invalidPayload), (.reservedBits, .protocolError), (.unknownOpcode, .protocolError),
        (.lengthNotMinimal, .protocolError), (.lengthOutOfRange, .protocolError), (.notMasked, .protocolError),
        (.masked, .protocolError), (.controlFragmented, .protocolError), (.controlTooLong, .protocolError),
        (.continuationOfNothing, .protocolError), (.messageInsideMessage, .protocolError),
        (.closeCode, .protocolError),
    ])
    func everyFaultHasItsCode(fault: FrameFault, code: CloseCode) {
        #expect(fault.closeCode == code)
        #expect((1...123).contains(fault.reason.utf8.count), "as a Close frame takes it")
    }
}
