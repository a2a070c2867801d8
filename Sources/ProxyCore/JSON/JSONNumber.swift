/// A JSON number, kept as the text it was written in, so that no digit is lost on the way through.
///
/// Two numbers are equal when they are written alike: `1.0` is not `1`.
public struct JSONNumber: Sendable, Hashable {
    /// The number as written, in the grammar of RFC 8259 section 6.
    public let text: String

    /// A whole number.
    public init(_ value: Int) { text = String(value) }

    /// A number; nil when it is infinite or not a number. A whole one in the range both types hold exactly is written
    /// without fraction or exponent.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.magnitude < Self.exactRange ? Int(exactly: value).map(String.init) ?? "\(value)" : "\(value)"
    }

    /// A number whose text the parser has checked.
    init(checked text: String) { self.text = text }

    /// The value when it is whole and fits: `12`, and also `12.0` and `1e3` as far as a `Double` is exact (2⁵³).
    public var int: Int? {
        if let value = Int(text) { return value }
        guard let value = double, value.magnitude < Self.exactRange else { return nil }
        return Int(exactly: value)
    }

    /// The nearest `Double`; nil when it is beyond the range.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// 2⁵³: below it every whole number is exact in a `Double`.
    private static var exactRange: Double { 0x1p53 }
}
