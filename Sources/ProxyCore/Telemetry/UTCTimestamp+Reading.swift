extension UTCTimestamp {
    /// Reads what RFC 3339 section 5.6 writes: `2026-11-21T20:26:11Z`, `2026-11-21t22:26:11.5+02:00`. A space may stand for
    /// the `T`; of a fraction, however long, milliseconds are kept. Nil for anything else, and for a date there is none of.
    ///
    /// A moment that is no longer, or not yet, in a four-digit year once its offset is taken off, is moved to the nearest
    /// one that is.
    public init?(rfc3339 text: String) {
        var reader = DateReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("Tt ")
        else { return nil }
        guard let time = reader.time(), let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: day, seconds: time - offset, milliseconds: fraction)
    }

    /// Reads what servers write in `Date` (RFC 9110 section 5.6.7, IMF-fixdate): `Sat, 21 Nov 2026 20:26:11 GMT`.
    public init?(httpDate text: String) {
        var reader = DateReader(text)
        guard reader.name(among: Self.days) != nil, reader.skip(","), reader.skip(" "), let day = reader.number(2),
            reader.skip(" "), let month = reader.name(among: Self.months), reader.skip(" "),
            let year = reader.number(4), reader.skip(" "), let time = reader.time(), reader.skip(" "),
            reader.name(among: ["GMT"]) != nil, reader.isAtEnd
        else { return nil }
        self.init(year: year, month: Int64(month) + 1, day: day, seconds: time, milliseconds: 0)
    }

    /// Seconds since 1970, with their fraction.
    public var secondsSince1970: Double { Double(milliseconds) / 1000 }

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A moment of a date; nil for one there is none of. `seconds` may be before or behind the day.
    private init?(year: Int64, month: Int64, day: Int64, seconds: Int64, milliseconds: Int64) {
        // No closed form of ours is good for a month that is none.
        guard 1...12 ~= month else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        // A 31st of April comes back as another date.
        guard Self.civil(days: days) == (year, month, day) else { return nil }
        let total = (days * 86_400 + seconds) * 1000 + milliseconds
        self.init(milliseconds: min(max(total, Self.earliest), Self.latest))
    }

    /// The first and the last millisecond of four-digit years.
    private static let (earliest, latest): (Int64, Int64) = (-62_167_219_200_000, 253_402_300_799_999)
}

/// Reads a date's parts one after the other.
private struct DateReader {
    private var rest: ArraySlice<UInt8>

    /// At the beginning of `text`.
    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// Steps over one of these characters.
    mutating func skip(_ characters: String) -> Bool {
        guard let first = rest.first, characters.utf8.contains(first) else { return false }
        rest.removeFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(_ digits: Int) -> Int64? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(\.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// Which of these three-letter names stands here.
    mutating func name(among names: [String]) -> Int? {
        guard let index = names.firstIndex(where: { rest.starts(with: $0.utf8) }) else { return nil }
        rest = rest.dropFirst(3)
        return index
    }

    /// `20:26:11`, in seconds; a leap second counts as the next minute's first.
    mutating func time() -> Int64? {
        guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            hour < 24, minute < 60, second < 61
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// `.5` in milliseconds; 0 when there is no point.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: \.isDigit)
        rest = rest.dropFirst(digits.count)
        guard !digits.isEmpty else { return nil }
        let value = digits.prefix(3).reduce(0 as Int64) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return value * [100, 10, 1][min(digits.count, 3) - 1]
    }

    /// `Z`, `+02:00` or `-00:30`, in seconds to be taken off.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let isNegative = rest.first == UInt8(ascii: "-")
        guard skip("+-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
            return nil
        }
        return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
    }
}
