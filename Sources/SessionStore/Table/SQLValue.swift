import ProxyCore

/// A parameter of a statement, or a column of a row.
enum SQLValue: Sendable, Equatable {
    /// NULL.
    case null
    /// A text, from any of the text types. SQLite stores moments as texts too.
    case text(String)
    /// Bytes.
    case bytes([UInt8])
    /// A moment, if the database has a type for it.
    case moment(Timestamp)

    /// A text, or NULL.
    init(_ text: String?) {
        self = text.map(Self.text) ?? .null
    }

    /// A moment, or NULL.
    init(_ moment: Timestamp?) {
        self = moment.map(Self.moment) ?? .null
    }

    /// Bytes, or NULL.
    init(_ bytes: [UInt8]?) {
        self = bytes.map(Self.bytes) ?? .null
    }

    /// The value as text; nil for NULL. Bytes that are not UTF-8 are repaired.
    var asText: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .moment(let moment): moment.databaseText
        }
    }

    /// The value's bytes; empty for NULL.
    var asBytes: [UInt8] {
        if case .bytes(let bytes) = self { bytes } else { Array((asText ?? "").utf8) }
    }
}
