/// What a field of a log line may hold.
public enum LogValue: Sendable, Equatable {
    /// Text; it is escaped and cut to a bounded length when it is written.
    case string(String)
    /// A whole number.
    case integer(Int)
    /// A number, such as seconds; one that is not finite is written as null.
    case number(Double)
    /// Yes or no.
    case boolean(Bool)

    /// A count that may exceed `Int`, which is then written as `Int.max`.
    public static func count(_ value: UInt64) -> LogValue {
        .integer(Int(clamping: value))
    }
}

extension LogValue: ExpressibleByStringLiteral {
    /// Text.
    public init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension LogValue: ExpressibleByIntegerLiteral {
    /// A whole number.
    public init(integerLiteral value: Int) {
        self = .integer(value)
    }
}

extension LogValue: ExpressibleByBooleanLiteral {
    /// Yes or no.
    public init(booleanLiteral value: Bool) {
        self = .boolean(value)
    }
}
