/// The signing key inside of a secret's text.
public enum SigningKeyText {
    /// The key in a `SecretString`: `{"algorithm":"HS256","signingKey":"…"}`, or the whole text.
    ///
    /// One byte order mark at the beginning is left off, since editors write it unasked; else the UTF-8 bytes are taken
    /// untouched. Text that begins like JSON, or in quotation marks, is JSON or no key: if damaged JSON were the key, an
    /// attacker who knows its shape could guess most of it.
    public static func key(in secretString: String) throws(UnusableSecret) -> SecretBytes {
        var text = Array(secretString.utf8)[...]
        if text.starts(with: byteOrderMark) { text = text.dropFirst(byteOrderMark.count) }
        switch Shape(text) {
        case .json: return try checked(keyInJSON(Array(text)))
        case .quoted: throw .quoted
        case .marked: throw .marked
        case .bare: return try checked(SecretBytes(text))
        }
    }

    /// U+FEFF in UTF-8.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// What a text sets out to be, by how it begins and ends.
    private enum Shape {
        /// A JSON object, array or string.
        case json
        /// JSON, or a key, in quotation marks that are none of JSON's.
        case quoted
        /// A byte order mark where none belongs: a second one, one behind white space, or one that was read as another
        /// encoding's text.
        case marked
        /// The key itself.
        case bare

        init(_ text: ArraySlice<UInt8>) {
            let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            let start = text.drop(while: isSpace)
            if let first = start.first, Self.jsonStarts.contains(first) {
                self = .json
            } else if Self.marks.contains(where: start.starts(with:)) {
                self = .marked
            } else if Self.isQuoted(start, isSpace) {
                self = .quoted
            } else {
                self = .bare
            }
        }

        private static let jsonStarts = Array(#"{[""#.utf8)
        /// U+FEFF, U+FFFE, and the three bytes of U+FEFF and the two of UTF-16's as Latin-1.
        private static let marks = ["\u{FEFF}", "\u{FFFE}", "ï»¿", "ÿþ", "þÿ"].map { Array($0.utf8) }
        private static let quotes = ["'", "`", "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}"].map { Array($0.utf8) }

        /// Whether a quotation mark stands before JSON, or at both ends.
        private static func isQuoted(_ start: ArraySlice<UInt8>, _ isSpace: (UInt8) -> Bool) -> Bool {
            guard let mark = quotes.first(where: start.starts(with:)) else { return false }
            let rest = start.dropFirst(mark.count)
            if let first = rest.drop(while: isSpace).first, jsonStarts.contains(first) { return true }
            let end = rest.reversed().drop(while: isSpace)
            return quotes.contains { end.starts(with: $0.reversed()) }
        }
    }

    private static func checked(_ key: SecretBytes) throws(UnusableSecret) -> SecretBytes {
        guard key.count >= SigningKey.minimumByteCount else { throw .tooShort }
        return key
    }

    private static func keyInJSON(_ text: [UInt8]) throws(UnusableSecret) -> SecretBytes {
        let value: JSONValue
        do { value = try JSONValue.parse(text) } catch { throw .malformedJSON }
        if let algorithm = value["algorithm"], algorithm.stringValue != "HS256" { throw .otherAlgorithm }
        guard let key = value["signingKey"]?.stringValue else { throw .noSigningKey }
        return SecretBytes(utf8: key)
    }
}
