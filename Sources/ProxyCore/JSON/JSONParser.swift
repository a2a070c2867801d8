/// A strict recursive-descent parser over bytes it does not own. Each function stands at its rule's first byte and leaves
/// `offset` behind the last. Nothing is looked at twice but an object's names, so the time is linear.
struct JSONParser: ~Escapable {
    private let bytes: Span<UInt8>
    private let options: JSONParsingOptions
    private var offset = 0
    private var depth = 0
    /// What of memory may still be taken.
    private var memoryLeft: Int

    /// A parser at the first of `bytes`.
    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, options: JSONParsingOptions) {
        self.bytes = bytes
        self.options = options
        memoryLeft = options.maximumMemory
    }

    /// Takes `count` bytes of what memory is left.
    private mutating func take(_ count: Int) throws(JSONError) {
        guard count <= memoryLeft else { throw .tooLarge(at: offset) }
        memoryLeft -= count
    }

    /// JSON-text = ws value ws (section 2), and nothing behind it. A byte order mark is no white space.
    mutating func parseDocument() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        let value = try parseValue()
        skipWhiteSpace()
        guard offset == bytes.count else { throw .trailingBytes(at: offset) }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", as: true)
        case UInt8(ascii: "f"): return try parseWord("false", as: false)
        case UInt8(ascii: "n"): return try parseWord("null", as: .null)
        default: return .number(try parseNumber())
        }
    }

    private mutating func parseWord(_ word: String, as value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in word.utf8 { try expect(byte) }
        return value
    }

    // MARK: - Section 4: objects; section 5: arrays

    private mutating func parseObject() throws(JSONError) -> JSONObject {
        try enter()
        var members = JSONMembers()
        skipWhiteSpace()
        if try peek() != UInt8(ascii: "}") {
            repeat {
                skipWhiteSpace()
                let start = offset
                try take(JSONMemory.member)
                guard try peek() == UInt8(ascii: "\"") else { throw .syntax(at: offset) }
                let name = try parseString()
                let place = members.place(of: name)
                if place != nil, options.duplicateNames == .refuse { throw .duplicateName(at: start) }
                skipWhiteSpace()
                try expect(UInt8(ascii: ":"))
                skipWhiteSpace()
                members.set(name, to: try parseValue(), at: place)
                skipWhiteSpace()
            } while try skip(UInt8(ascii: ","))
        }
        try expect(UInt8(ascii: "}"))
        depth -= 1
        return JSONObject(distinct: members.finished())
    }

    private mutating func parseArray() throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if try peek() != UInt8(ascii: "]") {
            repeat {
                skipWhiteSpace()
                try take(JSONMemory.element)
                elements.append(try parseValue())
                skipWhiteSpace()
            } while try skip(UInt8(ascii: ","))
        }
        try expect(UInt8(ascii: "]"))
        depth -= 1
        return elements
    }

    /// Steps over the opening bracket.
    private mutating func enter() throws(JSONError) {
        guard depth < options.maximumDepth else { throw .tooDeep(at: offset) }
        try take(JSONMemory.allocation)
        depth += 1
        offset += 1
    }

    // MARK: - Section 6: numbers

    private mutating func parseNumber() throws(JSONError) -> JSONNumber {
        let start = offset
        _ = try skip(UInt8(ascii: "-"))
        if try !skip(UInt8(ascii: "0")) { try skipDigits() }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            try skipDigits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if let sign = try? peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
            try skipDigits()
        }
        try take(JSONMemory.string(offset - start))
        return JSONNumber(checked: try text(from: start))
    }

    /// Steps over one digit or more.
    private mutating func skipDigits() throws(JSONError) {
        guard isDigit(try peek()) else { throw .syntax(at: offset) }
        while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    // MARK: - Section 7: strings

    private mutating func parseString() throws(JSONError) -> JSONString {
        try expect(UInt8(ascii: "\""))
        let start = offset
        try skipPlain()
        guard bytes[offset] == UInt8(ascii: "\\") else {
            try take(JSONMemory.string(offset - start))
            let text = try text(from: start)
            offset += 1
            return JSONString(text)
        }
        return try parseEscapedString(from: start)
    }

    /// Steps up to the next quote or backslash.
    private mutating func skipPlain() throws(JSONError) {
        var index = offset
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            guard byte >= 0x20 else { throw .syntax(at: index) }
            index += 1
        }
        offset = index
        guard index < bytes.count else { throw .unexpectedEnd(at: index) }
    }

    /// The text from `start` up to `offset`, which must be UTF-8.
    private func text(from start: Int) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(start..<offset)))
        } catch {
            throw .invalidUTF8(at: start + error.byteOffsets.lowerBound)
        }
    }

    /// The rest of a string that began at `start` and has an escape at `offset`.
    private mutating func parseEscapedString(from start: Int) throws(JSONError) -> JSONString {
        var decoder = JSONStringDecoder()
        decoder.append(try text(from: start))
        while bytes[offset] == UInt8(ascii: "\\") {
            offset += 1
            try parseEscape(into: &decoder)
            let run = offset
            try skipPlain()
            decoder.append(try text(from: run))
        }
        // An escape is never shorter than what it stands for.
        try take(JSONMemory.string(offset - start))
        offset += 1
        return decoder.finished()
    }

    private mutating func parseEscape(into decoder: inout JSONStringDecoder) throws(JSONError) {
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoder.append(codeUnit: UInt16(byte))
        case UInt8(ascii: "b"): decoder.append(codeUnit: 0x08)
        case UInt8(ascii: "f"): decoder.append(codeUnit: 0x0C)
        case UInt8(ascii: "n"): decoder.append(codeUnit: 0x0A)
        case UInt8(ascii: "r"): decoder.append(codeUnit: 0x0D)
        case UInt8(ascii: "t"): decoder.append(codeUnit: 0x09)
        case UInt8(ascii: "u"): return decoder.append(codeUnit: try parseCodeUnit())
        default: throw .syntax(at: offset)
        }
        offset += 1
    }

    /// `u` and four hexadecimal digits.
    private mutating func parseCodeUnit() throws(JSONError) -> UInt16 {
        offset += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let byte = try peek()
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw .syntax(at: offset)
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }

    // MARK: - Single bytes

    private func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw .unexpectedEnd(at: offset) }
        return bytes[offset]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw .syntax(at: offset) }
        offset += 1
    }

    /// Steps over `byte` if it is next, and says whether it was.
    private mutating func skip(_ byte: UInt8) throws(JSONError) -> Bool {
        guard try peek() == byte else { return false }
        offset += 1
        return true
    }

    /// ws = *( space / tab / LF / CR ) (section 2).
    private mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }
}
