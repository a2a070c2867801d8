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
public struct LogLine {
    /// The most bytes of a line.
    public static let limit = 4096
    /// The most bytes of one text value.
    public static let valueLimit = 1024

    private static let truncation = #","truncated":true"#
    private let format: LogFormat
    private var bytes: [UInt8] = []
    private var isTruncated = false

    /// Begins a line with its time, level and event.
    public init(format: LogFormat, time: UTCTimestamp, level: LogLevel, event: String) {
        self.format = format
        bytes.reserveCapacity(512)
        switch format {
        case .json:
            bytes.append(contentsOf: #"{"time":""#.utf8)
            time.write(to: &bytes)
            bytes.append(contentsOf: #"","level":""#.utf8)
            bytes.append(contentsOf: level.rawValue.utf8)
            bytes.append(contentsOf: #"","event":"#.utf8)
            Self.writeQuoted(event, to: &bytes)
        case .text:
            time.write(to: &bytes)
            let level = level.rawValue.uppercased()
            bytes.append(contentsOf: " \(level)\(String(repeating: " ", count: 8 - level.utf8.count))".utf8)
            Self.write(event, limit: Self.valueLimit, to: &bytes)
        }
    }

    /// Adds a field, unless the line is full.
    public mutating func append(_ name: String, _ value: LogValue) {
        guard !isTruncated else { return }
        let end = bytes.count
        switch format {
        case .json:
            bytes.append(UInt8(ascii: ","))
            Self.writeQuoted(name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            Self.writeJSON(value, to: &bytes)
        case .text:
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
            Self.writeText(value, to: &bytes)
        }
        if bytes.count + Self.truncation.utf8.count + 2 > Self.limit {
            bytes.removeSubrange(end...)
            isTruncated = true
        }
    }

    /// The whole line with its line feed, at most `limit` bytes.
    public consuming func finish() -> [UInt8] {
        switch format {
        case .json:
            if isTruncated { bytes.append(contentsOf: Self.truncation.utf8) }
            bytes.append(UInt8(ascii: "}"))
        case .text:
            if isTruncated { bytes.append(contentsOf: " …".utf8) }
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private static func writeJSON(_ value: LogValue, to bytes: inout [UInt8]) {
        switch value {
        case .string(let text): writeQuoted(text, to: &bytes)
        case .integer(let number): bytes.append(contentsOf: number.description.utf8)
        case .number(let number): bytes.append(contentsOf: (number.isFinite ? Self.decimal(number) : "null").utf8)
        case .boolean(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        }
    }

    private static func writeText(_ value: LogValue, to bytes: inout [UInt8]) {
        guard case .string(let text) = value else { return writeJSON(value, to: &bytes) }
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x7f }
        if isPlain {
            write(text, limit: valueLimit, to: &bytes)
        } else {
            writeQuoted(text, to: &bytes)
        }
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
            bytes.append(contentsOf: text.utf8)
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
