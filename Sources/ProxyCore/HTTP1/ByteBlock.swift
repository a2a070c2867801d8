/// Eight bytes of a head looked at together, as one word, for the two loops that see every byte of it.
///
/// The answers are for the whole block, and may be no for a block that is good: one with a HTAB or a `?` in it. The
/// caller then goes on byte by byte, so a block only ever saves time. (Swift's SIMD types took 30 times as long here.)
struct ByteBlock {
    /// How many bytes a block has.
    static let width = 8
    private let bytes: UInt64

    /// The block at `index` of `span`, which holds that many bytes from there on.
    @inline(__always)
    init(_ span: Span<UInt8>, at index: Int) {
        // Sound: the load is bounds-checked, and every bit pattern is a UInt64.
        bytes = unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
    }

    /// Whether no byte is a control.
    @inline(__always)
    var hasNoControl: Bool { !hasByte(below: 0x20) && !hasByte(0x7F) }

    /// Whether every byte is in `ByteSet.target` and none is `%`, `?` or `=`.
    @inline(__always)
    var isPlainTarget: Bool {
        let isVisibleASCII = bytes & Self.repeated(0x80) == 0 && !hasByte(below: 0x21) && !hasByte(0x7F)
        // 0x22 and 0x23 are `"` and `#`; 0x3C to 0x3F are `<`, `=`, `>` and `?`.
        return isVisibleASCII && !hasByte(0x22, mask: 0xFE) && !hasByte(0x3C, mask: 0xFC)
            && !hasByte(UInt8(ascii: "%")) && !hasByte(UInt8(ascii: "\\"))
    }

    /// Whether a byte, seen through `mask`, is `byte`.
    ///
    /// Taking one from each byte sets the top bit of those that were zero; a borrow reaches the next byte only from a
    /// zero, so the answer to "any?" is exact.
    @inline(__always)
    private func hasByte(_ byte: UInt8, mask: UInt8 = 0xFF) -> Bool {
        let difference = (bytes ^ Self.repeated(byte)) & Self.repeated(mask)
        return (difference &- Self.repeated(1)) & ~difference & Self.repeated(0x80) != 0
    }

    /// Whether a byte is below `limit`, which is at most 0x80; exact for the same reason.
    @inline(__always)
    private func hasByte(below limit: UInt8) -> Bool {
        (bytes &- Self.repeated(limit)) & ~bytes & Self.repeated(0x80) != 0
    }

    /// A word of eight times `byte`.
    @inline(__always)
    private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}
