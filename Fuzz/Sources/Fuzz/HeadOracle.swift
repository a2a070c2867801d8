@testable import ProxyCore

/// A head read the plain way, to compare with what the parser's offsets say.
enum HeadOracle {
    /// A field line: its name as written, and its value without the whitespace around it.
    struct Line: Equatable {
        /// The name.
        let name: [UInt8]
        /// The value.
        let value: [UInt8]
    }

    /// CR LF.
    static let lineEnd: [UInt8] = [.carriageReturn, .lineFeed]

    /// The field lines of a head that was accepted.
    static func lines(of fields: FieldSection) -> [Line] {
        fields.bytes.split(separator: .lineFeed).dropFirst().compactMap { line in
            let text = line.last == .carriageReturn ? line.dropLast() : line
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let value = text[(colon + 1)...].drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
            return Line(name: Array(text[..<colon]), value: value.reversed())
        }
    }

    /// A head of this start line and these field lines.
    static func head(_ start: some Sequence<UInt8>, _ lines: [Line]) -> [UInt8] {
        var bytes = Array(start) + lineEnd
        for line in lines { bytes += line.name + [UInt8(ascii: ":")] + line.value + lineEnd }
        return bytes + lineEnd
    }

    /// Compares every field that the program asks for.
    static func check(_ fields: FieldSection) throws(Violation) {
        let lines = lines(of: fields)
        try expect(fields.count, equals: lines.count, "every line of a head is a field")
        for line in lines {
            try expect(!line.name.isEmpty && line.name.allSatisfy(ByteSet.token.contains), "a name is a token")
            let isText = line.value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == .tab }
            try expect(isText, "no control stands in a value")
        }
        for name in names {
            let wanted = lines.filter { name.matches($0.name[...]) }.map(\.value)
            try expect(
                fields.values(of: name).map { Array($0) },
                equals: wanted,
                "the values of a field are its lines'"
            )
            try expect(fields.count(of: name), equals: wanted.count, "a field is counted as often as it came")
            try expect(fields.first(of: name).map { Array($0) }, equals: wanted.first, "the first line is found first")
            try expect(fields.contains(name), equals: !wanted.isEmpty, "a field that came is there")
        }
        try checkLists(fields, lines)
    }

    private static func checkLists(_ fields: FieldSection, _ lines: [Line]) throws(Violation) {
        for (name, token) in [(Token.upgrade, Token.webSocket), (.connection, .upgrade)] {
            let elements = lines.filter { name.matches($0.name[...]) }.flatMap {
                $0.value.split(separator: UInt8(ascii: ","))
            }
            let isThere = elements.contains { element in
                let text = element.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
                return token.matches(Array(text)[...])
            }
            try expect(
                fields.list(of: name, contains: token),
                equals: isThere,
                "a list has the elements between commas"
            )
        }
    }

    private static let names: [FieldName] = [
        .authorization, .connection, .contentLength, .contentType, .cookie, .host, .origin, .secFetchSite,
        .secWebSocketAccept, .secWebSocketExtensions, .secWebSocketKey, .secWebSocketProtocol, .secWebSocketVersion,
        .transferEncoding, .upgrade, .xAPIKey, .xForwardedFor, .xForwardedHost, .xForwardedProto,
    ]
}
