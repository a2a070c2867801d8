import Testing

@testable import ProxyCore

/// Eight bytes at a time must be judged as one at a time, wherever in a block the odd one stands.
@Suite struct ByteBlockTests {
    /// A block of `filler` with `byte` at `position`.
    private static func make(_ byte: UInt8, at position: Int, filler: UInt8) -> ByteBlock {
        var bytes = [UInt8](repeating: filler, count: ByteBlock.width)
        bytes[position] = byte
        return ByteBlock(bytes.span, at: 0)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func findsAControlAnywhere(_ byte: UInt8) {
        for position in 0..<ByteBlock.width {
            for filler in [0x20, 0x7E, 0x80, 0xFF] as [UInt8] {
                let isControl = byte < 0x20 || byte == 0x7F
                #expect(Self.make(byte, at: position, filler: filler).hasNoControl == !isControl)
            }
        }
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func findsWhatEndsAPlainTargetAnywhere(_ byte: UInt8) {
        for position in 0..<ByteBlock.width {
            for filler in [0x21, 0x41, 0x7E] as [UInt8] {
                let isPlain = ByteSet.target.contains(byte) && !"%?=".utf8.contains(byte)
                #expect(Self.make(byte, at: position, filler: filler).isPlainTarget == isPlain)
            }
        }
    }

    @Test func readsWhereItIsTold() {
        let bytes = Array("\u{0}12345678\u{0}".utf8)
        #expect(ByteBlock(bytes.span, at: 1).hasNoControl)
        #expect(!ByteBlock(bytes.span, at: 0).hasNoControl)
        #expect(!ByteBlock(bytes.span, at: 2).hasNoControl)
    }
}
