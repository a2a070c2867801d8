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
                let block = Self.make(byte, at: position, filler: filler)
                #expect(block.countBeforeControl == (isControl ? position : ByteBlock.width))
            }
        }
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func findsWhatEndsAPlainTargetAnywhere(_ byte: UInt8) {
        for position in 0..<ByteBlock.width {
            for filler in [0x21, 0x41, 0x7E] as [UInt8] {
                let isPlain = ByteSet.target.contains(byte) && !"%?=".utf8.contains(byte)
                let block = Self.make(byte, at: position, filler: filler)
                #expect(block.countOfPlainTarget == (isPlain ? ByteBlock.width : position))
            }
        }
    }

    @Test func findsTheFirstOfSeveral() {
        let bytes = Array("ab?\u{1}%\u{0}?\u{0}".utf8)
        let block = ByteBlock(bytes.span, at: 0)
        #expect(block.countBeforeControl == 3)
        #expect(block.countOfPlainTarget == 2)
        #expect(block.count(before: 0) == 5)
    }

    @Test func readsWhereItIsTold() {
        let bytes = Array("\u{0}12345678\u{0}".utf8)
        #expect(ByteBlock(bytes.span, at: 1).countBeforeControl == 8)
        #expect(ByteBlock(bytes.span, at: 0).countBeforeControl == 0)
        #expect(ByteBlock(bytes.span, at: 2).countBeforeControl == 7)
    }

    @Test(arguments: 0...20)
    func findsAByteOfASpanWhereverItStands(_ position: Int) {
        var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
        for index in position..<20 { bytes[index] = UInt8(ascii: "&") }
        #expect(bytes.span.firstIndex(of: UInt8(ascii: "&")) == (position < 20 ? position : nil))
        #expect(bytes.span.firstIndex(of: UInt8(ascii: "&"), from: 9) == (position < 20 ? max(position, 9) : nil))
        #expect(bytes.span.firstIndex(of: UInt8(ascii: "&"), from: 20) == nil)
    }
}
