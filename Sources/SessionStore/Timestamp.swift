/// A moment in UTC, in microseconds since 1970: as fine as SQLAlchemy and PostgreSQL keep one.
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

    /// The first moment of year 1, which is the earliest that databases, Python and ISO 8601 can write.
    public static let earliest = Timestamp(microseconds: -62_135_596_800_000_000)
    /// The last moment of year 9999, which is the latest.
    public static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

    /// Whether the moment can be written, and so read again.
    public var isWritable: Bool { (Self.earliest...Self.latest).contains(self) }

    /// Seconds since 1970.
    public var secondsSince1970: Double { Double(microseconds) / 1_000_000 }

    /// Orders by time.
    public static func < (one: Self, other: Self) -> Bool { one.microseconds < other.microseconds }
}

extension Timestamp {
    /// The form SQLAlchemy's DateTime has in SQLite: `YYYY-MM-DD HH:MM:SS.ffffff`, no zone, UTC.
    public var databaseText: String { text(separator: " ", withFraction: true) }

    /// ISO 8601 (RFC 3339) with `Z`; six digits of fraction, or none where it is zero, as pydantic writes it.
    public var iso8601: String { text(separator: "T", withFraction: microseconds % 1_000_000 != 0) + "Z" }

    private func text(separator: String, withFraction: Bool) -> String {
        let perDay: Int64 = 86_400_000_000
        let day = microseconds / perDay - (microseconds % perDay < 0 ? 1 : 0)
        let rest = microseconds - day * perDay
        let date = CivilDate(dayNumber: day)
        let seconds = rest / 1_000_000
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Self.digits($0, 2) }.joined(separator: ":")
        let head = [Self.digits(date.year, 4), Self.digits(date.month, 2), Self.digits(date.day, 2)]
        let fraction = withFraction ? ".\(Self.digits(rest % 1_000_000, 6))" : ""
        return "\(head.joined(separator: "-"))\(separator)\(clock)\(fraction)"
    }

    private static func digits(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension Timestamp {
    /// Reads what `databaseText` writes and ISO 8601: `T`, `t` or a space between date and time, seconds optional,
    /// a fraction of one to nine digits (cut to six), then nothing (UTC), `Z`, or an offset `+HH:MM`, `+HHMM`, `+HH`.
    /// A bare date is its midnight. Nil for anything else, dates that do not exist included, and for a moment that an
    /// offset puts outside the years 1 to 9999.
    public init?(_ text: String) {
        var reader = DigitReader(bytes: Array(text.utf8)[...])
        guard let date = reader.date() else { return nil }
        let midnight = date.dayNumber * 86_400
        guard !reader.isAtEnd else {
            self.init(microseconds: midnight * 1_000_000)
            return
        }
        guard reader.skip(any: "T", "t", " "), let clock = reader.clock() else { return nil }
        guard let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }
        self.init(microseconds: (midnight + clock - offset) * 1_000_000 + fraction)
        guard isWritable else { return nil }
    }

    /// Reads what a database holds. A year beyond 9999 or before 1, which versions before this one could write and no
    /// reader could read, is the latest or the earliest moment.
    init?(stored text: String) {
        let year = text.prefix { ("0"..."9").contains($0) }
        if let moment = Timestamp(text) {
            self = moment
        } else if year.utf8.count > 4, text[year.endIndex...].hasPrefix("-") {
            self = .latest
        } else if text.hasPrefix("0000-") || text.hasPrefix("-") {
            self = .earliest
        } else {
            return nil
        }
    }
}

/// A day of the proleptic Gregorian calendar.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that lies `dayNumber` days after 1970-01-01. Years are counted from March, so that a leap day ends one.
    init(dayNumber: Int64) {
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var dayNumber: Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var exists: Bool {
        guard year >= 1, (1...12).contains(month), day >= 1 else { return false }
        let again = CivilDate(dayNumber: dayNumber)
        return again.month == month && again.day == day
    }
}

/// Reads numbers of a fixed width off the front of ASCII text.
private struct DigitReader {
    var bytes: ArraySlice<UInt8>

    var isAtEnd: Bool { bytes.isEmpty }

    mutating func skip(any choices: UnicodeScalar...) -> Bool {
        guard let first = bytes.first, choices.contains(UnicodeScalar(first)) else { return false }
        bytes.removeFirst()
        return true
    }

    mutating func number(width: Int, through limit: Int64 = .max) -> Int64? {
        guard bytes.count >= width, bytes.prefix(width).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let value = bytes.prefix(width).reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        bytes.removeFirst(width)
        return value <= limit ? value : nil
    }

    mutating func date() -> CivilDate? {
        guard let year = number(width: 4), skip(any: "-"), let month = number(width: 2), skip(any: "-"),
            let day = number(width: 2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return date.exists ? date : nil
    }

    /// Seconds since midnight.
    mutating func clock() -> Int64? {
        guard let hour = number(width: 2, through: 23), skip(any: ":"), let minute = number(width: 2, through: 59)
        else { return nil }
        guard skip(any: ":") else { return hour * 3600 + minute * 60 }
        return number(width: 2, through: 59).map { hour * 3600 + minute * 60 + $0 }
    }

    /// Microseconds; zero where no fraction stands.
    mutating func fraction() -> Int64? {
        guard skip(any: ".", ",") else { return 0 }
        let count = bytes.prefix { (0x30...0x39).contains($0) }.count
        guard (1...9).contains(count), let value = number(width: count) else { return nil }
        return (0..<9 - count).reduce(value) { sum, _ in sum * 10 } / 1000
    }

    /// Seconds east of UTC; zero where no zone stands.
    mutating func offset() -> Int64? {
        if isAtEnd || skip(any: "Z", "z") { return 0 }
        let isWest = bytes.first == 0x2D
        guard skip(any: "+", "-"), let hours = number(width: 2, through: 23) else { return nil }
        guard !isAtEnd else { return isWest ? -hours * 3600 : hours * 3600 }
        _ = skip(any: ":")
        guard let minutes = number(width: 2, through: 59) else { return nil }
        return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
