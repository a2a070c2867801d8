public import ProxyCore

/// In tests a moment may be written as its seconds since 1970, and moved by seconds.
extension Timestamp: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// Seconds since 1970.
    public init(floatLiteral seconds: Double) { self.init(microseconds: Int64((seconds * 1_000_000).rounded())) }

    /// Seconds since 1970.
    public init(integerLiteral seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }

    /// The moment so many seconds later. Disfavoured, so that `reduce(0, +)` over numbers stays one of numbers.
    @_disfavoredOverload
    public static func + (moment: Timestamp, seconds: Double) -> Timestamp {
        Timestamp(microseconds: moment.microseconds + Int64((seconds * 1_000_000).rounded()))
    }

    /// The moment so many seconds earlier.
    @_disfavoredOverload
    public static func - (moment: Timestamp, seconds: Double) -> Timestamp { moment + -seconds }

    /// Moves the moment on by so many seconds.
    public static func += (moment: inout Timestamp, seconds: Double) { moment = moment + seconds }
}
