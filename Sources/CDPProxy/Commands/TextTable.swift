import ProxyCore
import Settings

/// Columns of text for a terminal.
enum TextTable {
    /// The lines of a table, its heading first.
    static func lines(_ heading: [String], _ rows: [[String]]) -> [String] {
        let lines = [heading] + rows
        let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Names are the users' own: what could move a terminal's cursor is shown as a question mark.
    static func printable(_ text: String) -> String {
        String(text.map { VariableParsing.printable(String($0)) == nil ? "?" : $0 })
    }

    /// A moment in ISO 8601 without the fraction.
    static func moment(_ moment: Timestamp) -> String { String(moment.iso8601.prefix(19)) + "Z" }
}
