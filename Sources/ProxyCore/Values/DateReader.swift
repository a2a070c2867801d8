/// Reads a date's parts one after the other off the front of ASCII text.
struct DateReader {
    private var rest: ArraySlice<UInt8>

    /// At the beginning of `text`.
    init(_ text: String) { rest = Array(text.utf8)[...] }

    /// Whether nothing is left.
    var isAtEnd: Bool { rest.isEmpty }

    /// Steps over one of these characters.
    mutating func skip(_ characters: String) -> Bool {
        guard let first = rest.first, characters.utf8.contains(first) else { return false }
        rest.removeFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(_ digits: Int, through limit: Int64 = .max) -> Int64? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(\.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        let value = text.reduce(0 as Int64) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return value <= limit ? value : nil
    }

    /// Which of these three-letter names stands here.
    mutating func name(among names: [String]) -> Int? {
        guard let index = names.firstIndex(where: { rest.starts(with: $0.utf8) }) else { return nil }
        rest = rest.dropFirst(3)
        return index
    }

    /// `2026-11-21`; nil when the calendar has no such day.
    mutating func date() -> CivilDate? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return date.exists ? date : nil
    }

    /// `20:26:11`, in seconds since midnight. A leap second, where it may stand, is the next minute's first second.
    mutating func time(leapSecond: Bool) -> Int64? {
        guard let minutes = minutesOfDay(), skip(":"), let second = number(2, through: leapSecond ? 60 : 59) else {
            return nil
        }
        return minutes * 60 + second
    }

    /// `20:26:11` or `20:26`, in seconds since midnight.
    mutating func timeWithOptionalSeconds() -> Int64? {
        guard let minutes = minutesOfDay() else { return nil }
        guard skip(":") else { return minutes * 60 }
        return number(2, through: 59).map { minutes * 60 + $0 }
    }

    /// A fraction behind one of these marks, in microseconds; further digits are cut off. Zero when there is no mark, nil
    /// when there are no digits, or more than `limit` of them.
    mutating func fraction(after marks: String, digits limit: Int = .max) -> Int64? {
        guard skip(marks) else { return 0 }
        let digits = rest.prefix(while: \.isDigit)
        guard 1...limit ~= digits.count else { return nil }
        rest = rest.dropFirst(digits.count)
        let kept = digits.prefix(6)
        let value = kept.reduce(0 as Int64) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return (0..<6 - kept.count).reduce(value) { sum, _ in sum * 10 }
    }

    /// `Z`, `+02:00` or `-00:30`, in seconds east of UTC.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        guard let (sign, hours) = signedHours(), skip(":"), let minutes = number(2, through: 59) else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// The same, or `+0200` or `+02`, or nothing, which is UTC.
    mutating func looseOffset() -> Int64? {
        if isAtEnd || skip("Zz") { return 0 }
        guard let (sign, hours) = signedHours() else { return nil }
        guard !isAtEnd else { return sign * hours * 3600 }
        _ = skip(":")
        return number(2, through: 59).map { sign * (hours * 3600 + $0 * 60) }
    }

    private mutating func minutesOfDay() -> Int64? {
        guard let hour = number(2, through: 23), skip(":"), let minute = number(2, through: 59) else { return nil }
        return hour * 60 + minute
    }

    private mutating func signedHours() -> (sign: Int64, hours: Int64)? {
        let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard skip("+-"), let hours = number(2, through: 23) else { return nil }
        return (sign, hours)
    }
}
