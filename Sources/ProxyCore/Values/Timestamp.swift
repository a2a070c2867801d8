/// A moment of the wall clock, in UTC, in microseconds since 1970: as fine as SQLAlchemy and PostgreSQL keep one.
///
/// The one type for a claim, a row, a log line and a header field. A deadline is an `Instant`, which no clock change moves.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var microseconds: Int64

    /// A moment given in microseconds since 1970.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// A moment given in seconds since 1970; nil when it is not finite or lies outside the years 1 to 9999.
    public init?(secondsSince1970 seconds: Double) {
        guard seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return nil }
        self.init(microseconds: Int64((seconds * 1_000_000).rounded()))
        guard isWritable else { return nil }
    }

    /// 1970-01-01T00:00:00Z.
    public static let epoch = Timestamp(microseconds: 0)
    /// The first moment of year 1, which is the earliest that databases, Python and ISO 8601 can write.
    public static let earliest = Timestamp(microseconds: -62_135_596_800_000_000)
    /// The last moment of year 9999, which is the latest.
    public static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

    /// Whether the moment can be written, and so read again.
    public var isWritable: Bool { (Self.earliest...Self.latest).contains(self) }

    /// The nearest moment that can be written.
    public var clamped: Timestamp { min(max(self, .earliest), .latest) }

    /// Seconds since 1970, with their fraction.
    public var secondsSince1970: Double { Double(microseconds) / 1_000_000 }

    /// The second that the moment is in.
    public var wholeSecond: Timestamp {
        let fraction = microseconds % 1_000_000
        return Timestamp(microseconds: microseconds - (fraction < 0 ? fraction + 1_000_000 : fraction))
    }

    /// Orders by time.
    public static func < (one: Self, other: Self) -> Bool { one.microseconds < other.microseconds }

    /// The moment a duration later. A sum that 64 bits cannot hold is the last or the first moment that they can.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let added = Int64(clamping: duration.attoseconds / 1_000_000_000_000)
        let (sum, isTooFar) = moment.microseconds.addingReportingOverflow(added)
        guard isTooFar else { return Timestamp(microseconds: sum) }
        return Timestamp(microseconds: added > 0 ? .max : .min)
    }

    /// The moment a duration earlier.
    public static func - (moment: Timestamp, duration: Duration) -> Timestamp { moment + (.zero - duration) }

    /// How many seconds after `earlier` this moment is; negative when it is before.
    public func seconds(since earlier: Timestamp) -> Double {
        let (difference, isTooFar) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return isTooFar ? secondsSince1970 - earlier.secondsSince1970 : Double(difference) / 1_000_000
    }
}
