extension Timestamp {
    /// The form SQLAlchemy's DateTime has in SQLite: `YYYY-MM-DD HH:MM:SS.ffffff`, no zone, UTC.
    public var databaseText: String { text(" ", fractionDigits: 6, zone: "") }

    /// ISO 8601 (RFC 3339) with `Z`; six digits of fraction, or none where it is zero, as pydantic writes it.
    public var iso8601: String { text("T", fractionDigits: microseconds % 1_000_000 == 0 ? 0 : 6, zone: "Z") }

    /// RFC 3339 in milliseconds, as log lines have it: `2026-11-21T20:26:11.042Z`.
    public var millisecondText: String { text("T", fractionDigits: 3, zone: "Z") }

    /// Appends the 24 characters of ``millisecondText``.
    public func writeMilliseconds(to bytes: inout [UInt8]) {
        write(separator: "T", fractionDigits: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private func text(_ separator: Unicode.Scalar, fractionDigits: Int, zone: String) -> String {
        var bytes: [UInt8] = []
        write(separator: separator, fractionDigits: fractionDigits, to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + zone
    }

    private func write(separator: Unicode.Scalar, fractionDigits: Int, to bytes: inout [UInt8]) {
        let perDay: Int64 = 86_400_000_000
        // A moment outside the years with four digits has no text of its own.
        let moment = clamped.microseconds
        let day = moment / perDay - (moment % perDay < 0 ? 1 : 0)
        let date = CivilDate(dayNumber: day)
        let inDay = moment - day * perDay
        let seconds = inDay / 1_000_000
        Self.write(date.year, width: 4, to: &bytes)
        Self.write(date.month, width: 2, after: "-", to: &bytes)
        Self.write(date.day, width: 2, after: "-", to: &bytes)
        Self.write(seconds / 3600, width: 2, after: separator, to: &bytes)
        Self.write(seconds / 60 % 60, width: 2, after: ":", to: &bytes)
        Self.write(seconds % 60, width: 2, after: ":", to: &bytes)
        switch fractionDigits {
        case 0: break
        case 3: Self.write(inDay / 1000 % 1000, width: 3, after: ".", to: &bytes)
        default: Self.write(inDay % 1_000_000, width: 6, after: ".", to: &bytes)
        }
    }

    /// Appends a mark and a number's last `width` digits.
    private static func write(_ number: Int64, width: Int, after mark: Unicode.Scalar? = nil, to bytes: inout [UInt8]) {
        if let mark { bytes.append(UInt8(ascii: mark)) }
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
            divisor /= 10
        }
    }
}
