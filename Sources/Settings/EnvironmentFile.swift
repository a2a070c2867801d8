/// A file of variables, one `NAME=value` a line, as shells, compose and systemd write them: blank lines and those that begin
/// with `#` are skipped, `export ` may stand before a name, and a value may stand in quotes of one kind.
public enum EnvironmentFile {
    /// The variables in the file's text. An error names the line, never its contents.
    public static func parse(_ text: String) throws(EnvironmentFileError) -> [String: String] {
        var variables: [String: String] = [:]
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = trimmed(line)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let assignment = line.hasPrefix("export ") ? trimmed(line.dropFirst(7)) : line
            guard let equals = assignment.firstIndex(of: "="), isName(assignment[..<equals]) else {
                throw .malformedLine(number + 1)
            }
            let value = unquoted(assignment[assignment.index(after: equals)...])
            guard variables.updateValue(value, forKey: String(assignment[..<equals])) == nil else {
                throw .repeatedName(String(assignment[..<equals]), line: number + 1)
            }
        }
        return variables
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0.isWhitespace }
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 == 0x5F || $0.isASCIIAlphanumeric }
            && text.utf8.first.map { $0 > 0x39 } == true
    }

    private static func unquoted(_ value: Substring) -> String {
        for quote in ["\"", "'"] where value.utf8.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return String(value)
    }
}

/// Why a file of variables is not read.
public enum EnvironmentFileError: Error, Equatable, CustomStringConvertible {
    /// A line is no assignment.
    case malformedLine(Int)
    /// A name stands twice.
    case repeatedName(String, line: Int)

    /// Completes "FILE: …".
    public var description: String {
        switch self {
        case .malformedLine(let line): "line \(line) is not NAME=value"
        case .repeatedName(let name, let line): "line \(line) sets \(name) again"
        }
    }
}

extension UInt8 {
    /// Whether this is a letter or a digit of ASCII.
    fileprivate var isASCIIAlphanumeric: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
