extension Timestamp {
    /// Reads what ``databaseText`` writes and ISO 8601: `T`, `t` or a space between date and time, seconds optional,
    /// a fraction of one to nine digits (cut to six), then nothing (UTC), `Z`, or an offset `+HH:MM`, `+HHMM`, `+HH`.
    /// A bare date is its midnight. Nil for anything else, dates that do not exist included, and for a moment that an
    /// offset puts outside the years 1 to 9999.
    public init?(_ text: String) {
        var reader = DateReader(text)
        guard let date = reader.date(), date.year >= 1 else { return nil }
        guard !reader.isAtEnd else {
            self.init(date, seconds: 0, microseconds: 0)
            return
        }
        guard reader.skip("Tt "), let time = reader.timeWithOptionalSeconds(),
            let fraction = reader.fraction(after: ".,", digits: 9), let offset = reader.looseOffset(), reader.isAtEnd
        else { return nil }
        self.init(date, seconds: time - offset, microseconds: fraction)
        guard isWritable else { return nil }
    }

    /// Reads what RFC 3339 section 5.6 writes: `2026-11-21T20:26:11Z`, `2026-11-21t22:26:11.5+02:00`. A space may stand for
    /// the `T`; of a fraction, however long, microseconds are kept. Nil for anything else, and for a date that does not
    /// exist. A moment that its offset puts outside the years 1 to 9999 is the nearest one in them.
    public init?(rfc3339 text: String) {
        var reader = DateReader(text)
        guard let date = reader.date(), reader.skip("Tt "), let time = reader.time(leapSecond: true),
            let fraction = reader.fraction(after: "."), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        self = Timestamp(date, seconds: time - offset, microseconds: fraction).clamped
    }

    /// Reads what servers write in `Date` (RFC 9110 section 5.6.7, IMF-fixdate): `Sat, 21 Nov 2026 20:26:11 GMT`.
    public init?(httpDate text: String) {
        var reader = DateReader(text)
        guard reader.name(among: Self.days) != nil, reader.skip(","), reader.skip(" "), let day = reader.number(2),
            reader.skip(" "), let month = reader.name(among: Self.months), reader.skip(" "),
            let year = reader.number(4), reader.skip(" "), let time = reader.time(leapSecond: true), reader.skip(" "),
            reader.name(among: ["GMT"]) != nil, reader.isAtEnd
        else { return nil }
        let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
        guard date.exists else { return nil }
        self = Timestamp(date, seconds: time, microseconds: 0).clamped
    }

    /// A moment of a day. `seconds` may be before the day or after it.
    private init(_ date: CivilDate, seconds: Int64, microseconds: Int64) {
        self.init(microseconds: (date.dayNumber * 86_400 + seconds) * 1_000_000 + microseconds)
    }

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
