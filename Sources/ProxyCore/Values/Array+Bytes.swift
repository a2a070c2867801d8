/// Text as the bytes it is sent and logged as. A flood of requests makes the proxy write as many heads, bodies and log
/// lines, so nothing becomes a `String` on its way here, and nothing is copied byte by byte.
extension [UInt8] {
    /// Appends the bytes of `text` in UTF-8.
    public mutating func append(_ text: String) {
        append(text.utf8.span)
    }

    /// Appends the bytes.
    public mutating func append(_ bytes: Span<UInt8>) {
        // The pointer is valid within the closure, which copies; an array takes bytes in one go from a buffer only.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the decimal digits of `number`, whose magnitude a `UInt64` holds.
    public mutating func append(decimal number: some BinaryInteger) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let magnitude = UInt64(number.magnitude)
        var place: UInt64 = 1
        while magnitude / place >= 10 { place *= 10 }
        while place > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / place % 10))
            place /= 10
        }
    }
}
