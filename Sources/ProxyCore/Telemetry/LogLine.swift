/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// For people at a terminal.
    case text
}

/// One line of the log as it is being written: a JSON object, or text for people.
///
/// A line is never longer than `limit` bytes with its line feed: what does not fit is left out and `truncated` says
/// so. `limit` is Linux' `PIPE_BUF`, so that one `write` of a line into a pipe is never torn apart.
public struct LogLine: ~Copyable {
    /// The most bytes of a line.
    public static let limit = 4096
    /// The most bytes of one text value.
    public static let valueLimit = 1024

    /// Where the line begins, behind the lines it is written after.
    let start: Int

    private static let truncation = #","truncated":true"#
    private let format: LogFormat
    /// The lines it is written after, and as much of it as is written.
    private(set) var bytes: [UInt8]
    private var isTruncated = false

    /// Begins a line with its time, level and event, behind whole lines.
    init(after lines: consuming [UInt8], format: LogFormat, time: Timestamp, level: LogLevel, event: String) {
        self.format = format
        start = lines.count
        bytes = consume lines
        switch format {
        case .json:
            bytes.append(#"{"time":""#)
            time.writeMilliseconds(to: &bytes)
            bytes.append(#"","level":""#)
            bytes.append(level.rawValue)
            bytes.append(#"","event":"#)
            Self.writeQuoted(event, to: &bytes)
        case .text:
            time.writeMilliseconds(to: &bytes)
            let level = level.rawValue.uppercased()
            bytes.append(" \(level)\(String(repeating: " ", count: 8 - level.utf8.count))")
            Self.write(event, limit: Self.valueLimit, to: &bytes)
        }
    }

    /// Adds a field of any kind, unless the line is full.
    public mutating func append(_ name: String, _ value: LogValue) {
        switch value {
        case .string(let text): append(name, text)
        case .integer(let number): append(name, number)
        case .number(let number): append(name, number)
        case .boolean(let truth): appendField(name) { $0.append(truth ? "true" : "false") }
        }
    }

    /// Adds text, unless the line is full; it is escaped and cut to a bounded length.
    public mutating func append(_ name: String, _ text: String) {
        let isQuoted = format == .json || !Self.isOneWord(text)
        appendField(name) { bytes in
            if isQuoted {
                Self.writeQuoted(text, to: &bytes)
            } else {
                Self.write(text, limit: Self.valueLimit, to: &bytes)
            }
        }
    }

    /// Adds a whole number, unless the line is full.
    public mutating func append(_ name: String, _ number: Int) {
        appendField(name) { $0.append(decimal: number) }
    }

    /// Adds a number, such as seconds, unless the line is full; one that is not finite is written as null.
    public mutating func append(_ name: String, _ number: Double) {
        appendField(name) { $0.append(number.isFinite ? Self.decimal(number) : "null") }
    }

    /// Adds a request's name, unless the line is full.
    public mutating func append(_ name: String, _ request: RequestID) {
        appendWord(name) { request.write(to: &$0) }
    }

    /// Adds an address, unless the line is full.
    public mutating func append(_ name: String, _ address: IPAddress) {
        appendWord(name) { address.write(to: &$0) }
    }

    /// Adds a field whose value needs no escape and has no space in it, so that it is quoted in JSON only.
    @inline(__always)
    private mutating func appendWord(_ name: String, _ write: (inout [UInt8]) -> Void) {
        let isQuoted = format == .json
        appendField(name) { bytes in
            if isQuoted { bytes.append(UInt8(ascii: "\"")) }
            write(&bytes)
            if isQuoted { bytes.append(UInt8(ascii: "\"")) }
        }
    }

    /// Adds a field, unless the line is full. Its name is the program's own: it needs no escape.
    @inline(__always)
    private mutating func appendField(_ name: String, _ write: (inout [UInt8]) -> Void) {
        guard !isTruncated else { return }
        let end = bytes.count
        switch format {
        case .json:
            bytes.append(",\"")
            bytes.append(name)
            bytes.append("\":")
        case .text:
            bytes.append(UInt8(ascii: " "))
            bytes.append(name)
            bytes.append(UInt8(ascii: "="))
        }
        write(&bytes)
        if bytes.count - start + Self.truncation.utf8.count + 2 > Self.limit {
            bytes.removeSubrange(end...)
            isTruncated = true
        }
    }

    /// Ends the line: with its line feed it has at most `limit` bytes.
    mutating func finish() {
        switch format {
        case .json:
            if isTruncated { bytes.append(Self.truncation) }
            bytes.append(UInt8(ascii: "}"))
        case .text:
            if isTruncated { bytes.append(" …") }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Whether the text needs no quotes where a space ends it.
    private static func isOneWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7f }
    }

    private static func writeQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        write(text, limit: valueLimit, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Six digits after the point are more than any clock here is good for.
    private static func decimal(_ number: Double) -> String {
        abs(number) < 1e9 ? ((number * 1e6).rounded() / 1e6).description : number.description
    }

    /// Writes the text, cut to `limit` bytes.
    private static func write(_ text: String, limit: Int, to bytes: inout [UInt8]) {
        if text.utf8.count <= limit, isPlain(text.utf8.span) {
            bytes.append(text)
        } else {
            escape(text, limit: limit, to: &bytes)
        }
    }

    /// Whether every byte is ASCII that stands for itself, as nearly all that is logged is.
    private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return false
            case 0x20...0x7e: continue
            default: return false
            }
        }
        return true
    }

    /// Writes the text with everything escaped that RFC 8259 section 7 asks for, and DEL, the C1 controls, the line
    /// separators and the directional marks too, with which a line could draw over another one in a terminal.
    private static func escape(_ text: String, limit: Int, to bytes: inout [UInt8]) {
        let end = bytes.count + limit
        for scalar in text.unicodeScalars {
            let isSpecial = scalar == "\"" || scalar == "\\" || mustEscape(scalar)
            let length = isSpecial ? 6 : UTF8.width(scalar)
            guard bytes.count + length <= end else {
                bytes += "…".utf8
                return
            }
            switch scalar {
            case "\"": bytes += #"\""#.utf8
            case "\\": bytes += #"\\"#.utf8
            case "\n": bytes += #"\n"#.utf8
            case "\r": bytes += #"\r"#.utf8
            case "\t": bytes += #"\t"#.utf8
            case _ where isSpecial: writeEscape(scalar.value, to: &bytes)
            default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
    }

    private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1f, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }

    /// `\uXXXX`; every scalar that `mustEscape` names has four hexadecimal digits.
    private static func writeEscape(_ value: UInt32, to bytes: inout [UInt8]) {
        let digits = String(value, radix: 16)
        bytes += "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8
    }
}
