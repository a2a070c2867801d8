/// A moment as RFC 3339 writes it, in UTC with milliseconds: `2026-11-21T20:26:11.042Z`.
public struct UTCTimestamp: Sendable, CustomStringConvertible {
    /// Whole milliseconds since 1970, leap seconds not counted.
    public let milliseconds: Int64

    /// The moment `seconds` after 1970. What no four-digit year can hold is moved to the nearest moment that can.
    public init(secondsSince1970 seconds: Double) {
        let range = -62_167_219_200.0...253_402_300_799.0
        let clamped = seconds.isNaN ? 0 : min(max(seconds, range.lowerBound), range.upperBound)
        milliseconds = Int64((clamped * 1000).rounded(.down))
    }

    /// The moment `milliseconds` after 1970, which a four-digit year holds.
    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The date and time, 24 characters.
    public var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the 24 characters of the date and time.
    public func write(to bytes: inout [UInt8]) {
        let (days, inDay) = Self.floorDivide(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.civil(days: days)
        let seconds = inDay / 1000
        Self.write(year, width: 4, then: "-", to: &bytes)
        Self.write(month, width: 2, then: "-", to: &bytes)
        Self.write(day, width: 2, then: "T", to: &bytes)
        Self.write(seconds / 3600, width: 2, then: ":", to: &bytes)
        Self.write(seconds / 60 % 60, width: 2, then: ":", to: &bytes)
        Self.write(seconds % 60, width: 2, then: ".", to: &bytes)
        Self.write(inDay % 1000, width: 3, then: "Z", to: &bytes)
    }

    /// The proleptic Gregorian date `days` after 1970-01-01. Years are counted from March, so that the leap day is
    /// the last of its year and months have a closed form.
    static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    /// The inverse of `civil(days:)`.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(marchYear, by: 400)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// Appends a number's last `width` digits and what stands behind it.
    private static func write(_ number: Int64, width: Int, then mark: Unicode.Scalar, to bytes: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
            divisor /= 10
        }
        bytes.append(UInt8(ascii: mark))
    }
}
