import ProxyCore

/// The parameters of a statement as libpq takes them. They carry no types: the server uses those of the columns, so
/// that a moment fits a column with a time zone and one without, which holds UTC.
struct PostgresParameters {
    /// The values.
    private(set) var values = CStrings()
    /// Their lengths. libpq reads them for binary values only.
    private(set) var lengths: [Int32] = []
    /// 0 for text, 1 for binary.
    private(set) var formats: [Int32] = []

    /// Lays out the values.
    init(_ parameters: [SQLValue]) {
        for parameter in parameters {
            switch parameter {
            case .null:
                values.appendNull()
                note(length: 0, isBinary: false)
            case .text(let text):
                values.append(text.utf8)
                note(length: text.utf8.count, isBinary: false)
            case .bytes(let bytes):
                values.append(bytes)
                note(length: bytes.count, isBinary: true)
            case .moment(let moment):
                let sinceEpoch = UInt64(bitPattern: moment.microseconds - PostgresResult.epoch)
                values.append((0..<8).map { UInt8(truncatingIfNeeded: sinceEpoch >> (56 - 8 * $0)) })
                note(length: 8, isBinary: true)
            }
        }
    }

    private mutating func note(length: Int, isBinary: Bool) {
        lengths.append(Int32(length))
        formats.append(isBinary ? 1 : 0)
    }
}
