/// What a parse may accept beyond RFC 8259's grammar, on which there are no options.
public struct JSONParsingOptions: Sendable {
    /// What becomes of an object that names a member twice. Parsers differ here, and a difference between two of them is
    /// how a check is passed with one value and used with another.
    public enum DuplicateNames: Sendable {
        /// The parse fails.
        case refuse
        /// The last value is kept, as browsers do.
        case lastWins
    }

    /// How a repeated name is taken.
    public var duplicateNames: DuplicateNames
    /// How deep arrays and objects may nest; at most 1,000, since the parser's own stack nests with them.
    public var maximumDepth: Int
    /// How many bytes of memory the value may become, as `JSONMemory` reckons. Bytes become up to fifty times as many: an
    /// array of zeros takes two bytes an element, and each is a value. So this bounds the number of values too.
    public var maximumMemory: Int

    /// The strict rule, 64 levels and 64 MiB, unless said otherwise.
    public init(
        duplicateNames: DuplicateNames = .refuse,
        maximumDepth: Int = 64,
        maximumMemory: Int = 64 << 20
    ) {
        self.duplicateNames = duplicateNames
        self.maximumDepth = min(maximumDepth, 1000)
        self.maximumMemory = maximumMemory
    }
}

extension JSONValue {
    /// The one value that `bytes` hold. Takes time linear in their number.
    public static func parse(
        _ bytes: Span<UInt8>,
        options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes, options: options)
        return try parser.parseDocument()
    }

    /// The one value that `bytes` hold. Takes time linear in their number.
    public static func parse(
        _ bytes: [UInt8],
        options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) -> JSONValue {
        try parse(bytes.span, options: options)
    }

    /// The one value that `text` holds. Takes time linear in its length.
    public static func parse(
        text: String,
        options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) -> JSONValue {
        try parse(text.utf8.span, options: options)
    }
}
