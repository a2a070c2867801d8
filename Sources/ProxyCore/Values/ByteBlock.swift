/// Eight bytes of a head looked at together, as one word, for the loops that see every byte of it.
///
/// An answer is how many bytes stand before the first that is worth a look of its own: eight when there is none. (Swift's
/// SIMD types took 30 times as long here.)
struct ByteBlock: Equatable {
    /// How many bytes a block has.
    static let width = 8
    private let bytes: UInt64

    /// The block at `index` of `span`, which holds that many bytes from there on.
    @inline(__always)
    init(_ span: Span<UInt8>, at index: Int) {
        // Sound: the load is bounds-checked, and every bit pattern is a UInt64.
        let word = unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        bytes = UInt64(littleEndian: word)
    }

    /// How many bytes stand before the first `byte`.
    @inline(__always)
    func count(before byte: UInt8) -> Int { Self.count(before: marks(of: byte)) }

    /// How many bytes stand before the first control.
    @inline(__always)
    var countBeforeControl: Int { Self.count(before: marks(below: 0x20) | marks(of: 0x7F)) }

    /// How many bytes stand before the first that is not in `ByteSet.target`, or is `%`, `?` or `=`.
    @inline(__always)
    var countOfPlainTarget: Int {
        let notVisibleASCII = bytes | marks(below: 0x21) | marks(of: 0x7F)
        // 0x22 and 0x23 are `"` and `#`; 0x3C to 0x3F are `<`, `=`, `>` and `?`.
        let special = marks(of: 0x22, mask: 0xFE) | marks(of: 0x3C, mask: 0xFC)
        return Self.count(
            before: notVisibleASCII | special | marks(of: UInt8(ascii: "%")) | marks(of: UInt8(ascii: "\\"))
        )
    }

    /// How many bytes stand before the first whose top bit is set.
    @inline(__always)
    private static func count(before marks: UInt64) -> Int { (marks & repeated(0x80)).trailingZeroBitCount / 8 }

    /// A word with the top bit of each byte set that is `byte`, seen through `mask`.
    ///
    /// Taking one from each byte sets the top bit of those that were zero; a borrow reaches the next byte only from a
    /// zero, so the first mark is exact, and so is a word without marks.
    @inline(__always)
    private func marks(of byte: UInt8, mask: UInt8 = 0xFF) -> UInt64 {
        let difference = (bytes ^ Self.repeated(byte)) & Self.repeated(mask)
        return (difference &- Self.repeated(1)) & ~difference
    }

    /// A word with the top bit of each byte set that is below `limit`, which is at most 0x80; exact for the same reason.
    @inline(__always)
    private func marks(below limit: UInt8) -> UInt64 {
        (bytes &- Self.repeated(limit)) & ~bytes
    }

    /// A word of eight times `byte`.
    @inline(__always)
    private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}

extension Span<UInt8> {
    /// Where `byte` stands first, from `start` on; nil where it does not.
    func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while count - index >= ByteBlock.width {
            let before = ByteBlock(self, at: index).count(before: byte)
            index += before
            if before < ByteBlock.width { return index }
        }
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// Where the first control but HTAB stands in `range`, which ends a line or may not stand in one; the range's end where
    /// there is none.
    func endOfText(in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            if range.upperBound - index >= ByteBlock.width {
                let before = ByteBlock(self, at: index).countBeforeControl
                index += before
                if before == ByteBlock.width { continue }
            }
            if self[index] < 0x20 && self[index] != .tab || self[index] == 0x7F { return index }
            index += 1
        }
        return range.upperBound
    }
}
