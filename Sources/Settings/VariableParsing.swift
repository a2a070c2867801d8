/// The parsers that several variables share.
public enum VariableParsing {
    /// `on` or `off`, or their common other forms.
    public static func isOn(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "on", "true", "1": true
        case "off", "false", "0": false
        default: nil
        }
    }

    /// `true` or `false`, or the other forms that Python's settings accept.
    public static func isTrue(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "t", "y", "yes": true
        case "f", "n", "no": false
        default: isOn(text)
        }
    }

    /// A whole number and a unit (`500ms`, `30s`, `5m`, `1h`) within `range`.
    public static func duration(_ text: String, in range: ClosedRange<Duration>) -> Duration? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard digits.utf8.count <= 9, let count = Int64(digits) else { return nil }
        let duration: Duration
        switch text[digits.endIndex...] {
        case "ms": duration = .milliseconds(count)
        case "s": duration = .seconds(count)
        case "m": duration = .seconds(count * 60)
        case "h": duration = .seconds(count * 3600)
        default: return nil
        }
        return range.contains(duration) ? duration : nil
    }

    /// A whole number within `range`, without a sign.
    public static func integer(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text)
        else {
            return nil
        }
        return range.contains(number) ? number : nil
    }

    /// Text without control characters.
    public static func printable(_ text: String) -> String? {
        text.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) } ? nil : text
    }

    /// Text that may stand in a header as a Bearer token does: visible ASCII without spaces.
    public static func visibleASCII(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? text : nil
    }

    /// Items separated by commas, each read by `parse`. Spaces around an item are ignored.
    public static func list<Item>(_ text: String, of parse: (String) -> Item?) -> [Item]? {
        var items: [Item] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            guard !trimmed.isEmpty, let item = parse(String(trimmed)) else { return nil }
            items.append(item)
        }
        return items
    }
}
