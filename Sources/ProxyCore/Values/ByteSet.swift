/// A set of ASCII bytes as a 128-entry bit table: one shift and one mask to ask, no memory touched.
///
/// Bytes above 0x7F are never in a set. The constants stand beside the grammar they were made from; `ByteSetTests`
/// compares each with that grammar, byte by byte.
struct ByteSet: Sendable {
    /// One bit for each of the bytes 0x00 to 0x3F.
    let lower: UInt64
    /// One bit for each of the bytes 0x40 to 0x7F.
    let upper: UInt64

    /// Whether `byte` is in the set.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        byte < 0x80 && ((byte < 0x40 ? lower : upper) &>> UInt64(byte & 0x3F)) & 1 == 1
    }

    /// `tchar` of RFC 9110 section 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
    static let token = ByteSet(lower: 0x03FF_6CFA_0000_0000, upper: 0x57FF_FFFF_C7FF_FFFE)

    /// Bytes taken in a request target: what RFC 3986 allows in a path and a query (`pchar`, `/`, `?`, and `%`, whose
    /// two digits are checked apart), and ``[]^`{|}``, which the WHATWG URL standard leaves as they are in a query, so
    /// that browsers and Node send them. Not taken: `"`, `#`, `<`, `>`, `\`, the space and every control.
    static let target = ByteSet(lower: 0xAFFF_FFF2_0000_0000, upper: 0x7FFF_FFFF_EFFF_FFFF)

    /// Letters, digits, `-`, `.` and `_`: what a host name may be written with here. RFC 3986 section 3.2.2 also allows
    /// `~`, sub-delims and percent-encoding in a `reg-name`; no name that resolves has them, and a host goes into URLs
    /// we hand out.
    static let hostName = ByteSet(lower: 0x03FF_6000_0000_0000, upper: 0x07FF_FFFE_87FF_FFFE)

    /// Letters, digits and `-`: what Chrome's target and browser ids are made of.
    static let identifier = ByteSet(lower: 0x03FF_2000_0000_0000, upper: 0x07FF_FFFE_07FF_FFFE)
}

extension UInt8 {
    /// HTAB.
    static let tab: UInt8 = 0x09
    /// LF.
    static let lineFeed: UInt8 = 0x0A
    /// CR.
    static let carriageReturn: UInt8 = 0x0D
    /// SP.
    static let space: UInt8 = 0x20

    /// Whether this is `OWS`: SP or HTAB (RFC 9110 section 5.6.3).
    @inline(__always)
    var isWhitespace: Bool { self == .space || self == .tab }

    /// Whether this is `0` to `9`.
    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    /// The value of this ASCII hex digit, or nil.
    @inline(__always)
    var hexValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : nil
    }

    /// This byte with `A` to `Z` made `a` to `z`.
    @inline(__always)
    var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}
