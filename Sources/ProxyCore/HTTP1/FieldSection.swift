/// The header fields of one message: the head's bytes, copied once, and where each field stands in them.
///
/// No field is a `String` and none is copied until it is asked for. Values have no surrounding whitespace
/// (RFC 9112 section 5.1) and may hold any byte but controls; names are compared without regard to ASCII case.
public struct FieldSection: Sendable, Redacted {
    /// The head from its first byte to the blank line's LF.
    let bytes: [UInt8]
    private let lines: [FieldLine]

    /// Copies the head, the first `count` bytes of `received`, in which `lines` stand.
    init(copying received: Span<UInt8>, count: Int, lines: [FieldLine]) {
        var bytes: [UInt8] = []
        bytes.append(received.extracting(first: count))
        self.bytes = bytes
        self.lines = lines
    }

    /// How many field lines there are.
    public var count: Int { lines.count }

    /// How many field lines have this name.
    public func count(of name: FieldName) -> Int {
        let span = bytes.span
        var found = 0
        for line in lines where name.matches(span, line.name) { found += 1 }
        return found
    }

    /// Whether a field line has this name.
    public func contains(_ name: FieldName) -> Bool { firstLine(of: name) != nil }

    /// The value of the first field line with this name, as a slice of the head.
    public func first(of name: FieldName) -> ArraySlice<UInt8>? {
        firstLine(of: name).map { bytes[$0.value] }
    }

    /// The value of the first field line with this name as text; bytes that are not UTF-8 become U+FFFD.
    public func string(of name: FieldName) -> String? {
        first(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The values of all field lines with this name, in order.
    public func values(of name: FieldName) -> [ArraySlice<UInt8>] {
        let span = bytes.span
        var values: [ArraySlice<UInt8>] = []
        for line in lines where name.matches(span, line.name) { values.append(bytes[line.value]) }
        return values
    }

    /// Whether the comma-separated list in the fields of this name has `token`, in any case, as an element
    /// (RFC 9110 section 5.6.1; empty elements are skipped). An element with a version or a parameter, as in
    /// `websocket/13`, is another element.
    public func list(of name: FieldName, contains token: Token) -> Bool {
        let span = bytes.span
        for line in lines where name.matches(span, line.name) {
            var start = line.value.lowerBound
            while start < line.value.upperBound {
                var end = start
                while end < line.value.upperBound, span[end] != UInt8(ascii: ",") { end += 1 }
                if token.matches(span, span.trimmingWhitespace(start..<end)) { return true }
                start = end + 1
            }
        }
        return false
    }

    /// The first field line with this name.
    private func firstLine(of name: FieldName) -> FieldLine? {
        let span = bytes.span
        for line in lines where name.matches(span, line.name) { return line }
        return nil
    }
}

/// Where one field line's name and value stand in the head, as 16-bit offsets.
struct FieldLine: Sendable {
    private let nameStart: UInt16
    private let nameEnd: UInt16
    private let valueStart: UInt16
    private let valueEnd: UInt16

    /// The name's place, without the colon.
    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    /// The value's place, without the whitespace around it.
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// Parses `field-name ":" OWS field-value OWS` (RFC 9112 section 5) at `line` of `received`, which holds no
    /// control but HTAB.
    init(parsing received: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        var index = line.lowerBound
        while index < line.upperBound, ByteSet.token.contains(received[index]) { index += 1 }
        guard index < line.upperBound, received[index] == UInt8(ascii: ":"), index > line.lowerBound else {
            throw Self.refusal(of: received, line, nameEnd: index)
        }
        let value = received.trimmingWhitespace(index + 1..<line.upperBound)
        nameStart = UInt16(line.lowerBound)
        nameEnd = UInt16(index)
        valueStart = UInt16(value.lowerBound)
        valueEnd = UInt16(value.upperBound)
    }

    /// Says what is wrong with a line whose token characters end at `nameEnd` with no colon after them.
    private static func refusal(of received: Span<UInt8>, _ line: Range<Int>, nameEnd: Int) -> HTTPRefusal {
        guard nameEnd < line.upperBound else { return .fieldColonMissing }
        guard received[nameEnd] != UInt8(ascii: ":") else { return .fieldNameEmpty }
        let rest = received.trimmingWhitespace(nameEnd..<line.upperBound)
        let isColonNext = rest.lowerBound < rest.upperBound && received[rest.lowerBound] == UInt8(ascii: ":")
        // RFC 9112 section 5.1: whitespace between the name and the colon is answered 400, never removed.
        return isColonNext ? .spaceBeforeColon : .fieldNameForbiddenByte
    }
}

extension Span<UInt8> {
    /// `range` without the SP and HTAB at its ends.
    func trimmingWhitespace(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isWhitespace { start += 1 }
        while end > start, self[end - 1].isWhitespace { end -= 1 }
        return start..<end
    }
}

extension FieldLine {
    /// Parses `line` and appends it, unless it is folded or one too many.
    static func append(
        parsing received: Span<UInt8>,
        _ line: Range<Int>,
        to lines: inout [FieldLine],
        limits: HTTPLimits
    ) throws(HTTPRefusal) {
        // RFC 9112 section 5.2: a line that begins with whitespace continues the one before it, which was deprecated
        // for the confusion it brings. Section 2.2: before the first field there is nothing to continue.
        if received[line.lowerBound].isWhitespace { throw lines.isEmpty ? .whitespaceBeforeFields : .obsoleteFold }
        guard lines.count < limits.fieldCount else { throw .tooManyFields }
        if lines.isEmpty { lines.reserveCapacity(24) }
        lines.append(try FieldLine(parsing: received, line))
    }
}
