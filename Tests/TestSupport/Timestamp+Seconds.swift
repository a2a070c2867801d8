public import ProxyCore

/// Lets tests write a moment as its seconds since 1970, and add seconds to it.
extension Timestamp: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// Seconds since 1970.
    public init(floatLiteral seconds: Double) { self.init(microseconds: Int64((seconds * 1_000_000).rounded())) }

    /// Seconds since 1970.
    public init(integerLiteral seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }

    /// The moment so many seconds later. Disfavoured, so that `reduce(0, +)` over numbers still adds numbers.
    @_disfavoredOverload
    public static func + (moment: Timestamp, seconds: Double) -> Timestamp {
        Timestamp(microseconds: moment.microseconds + Int64((seconds * 1_000_000).rounded()))
    }

    /// The moment so many seconds earlier.
    @_disfavoredOverload
    public static func - (moment: Timestamp, seconds: Double) -> Timestamp { moment + -seconds }

    /// Moves the moment by so many seconds.
    public static func += (moment: inout Timestamp, seconds: Double) { moment = moment + seconds }
}
