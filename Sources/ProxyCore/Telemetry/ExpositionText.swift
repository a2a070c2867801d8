/// Prometheus' text format, version 0.0.4, as it is being written.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
struct ExpositionText {
    /// The lines so far, each ended by a line feed.
    private(set) var text = ""

    /// What a family's `# TYPE` line may say here.
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// Writes the two lines that introduce a family.
    mutating func begin(_ name: String, kind: Kind, help: String) {
        text += "# HELP \(name) \(Self.escape(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes one sample: `name{label="value",…} number`.
    mutating func sample(_ name: String, labels: [(name: String, value: String)] = [], _ number: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(number)\n"
    }

    /// A float as the format writes it: whole numbers without a fraction, infinities as `+Inf` and `-Inf`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
        return value.description
    }

    /// Whether `name` is `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
                true
            default:
                false
            }
        }
    }

    /// Backslash and line feed are escaped everywhere, the quotation mark only in a label value.
    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        // By scalar: CR LF is one Character, and the LF in it must not go unseen.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
