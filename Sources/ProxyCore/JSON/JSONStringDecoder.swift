/// Puts a string with escapes together: joins the halves of a surrogate pair and keeps a half that stands alone.
struct JSONStringDecoder {
    private var bytes: [UInt8] = []
    private var pendingHigh: UInt16?
    private var isText = true

    /// Appends text that stood in the string without an escape.
    mutating func append(_ text: String) {
        guard !text.isEmpty else { return }
        flush()
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends an escaped UTF-16 code unit. A high surrogate waits for the low one that may follow (RFC 8259 section 7).
    mutating func append(codeUnit unit: UInt16) {
        if let high = pendingHigh, UTF16.isTrailSurrogate(unit) {
            pendingHigh = nil
            append(codePoint: 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00))
            return
        }
        flush()
        if UTF16.isLeadSurrogate(unit) {
            pendingHigh = unit
        } else {
            isText = isText && !UTF16.isTrailSurrogate(unit)
            append(codePoint: UInt32(unit))
        }
    }

    /// The string, all of it having been appended.
    mutating func finished() -> JSONString {
        flush()
        return isText ? JSONString(String(decoding: bytes, as: UTF8.self)) : JSONString(illFormed: bytes)
    }

    private mutating func flush() {
        guard let high = pendingHigh else { return }
        pendingHigh = nil
        isText = false
        append(codePoint: UInt32(high))
    }

    /// Appends the UTF-8 of a code point, surrogates included, which `Unicode.Scalar` would refuse.
    private mutating func append(codePoint point: UInt32) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: point >> shift) & 0x3F }
        switch point {
        case ..<0x80: bytes.append(UInt8(point))
        case ..<0x800: bytes.append(contentsOf: [0xC0 | UInt8(point >> 6), continuation(0)])
        case ..<0x10000: bytes.append(contentsOf: [0xE0 | UInt8(point >> 12), continuation(6), continuation(0)])
        default:
            bytes.append(contentsOf: [0xF0 | UInt8(point >> 18), continuation(12), continuation(6), continuation(0)])
        }
    }
}
