/// A response's status line and fields, as Chrome sends them (RFC 9112 section 4).
public struct ResponseHead: Sendable {
    /// The header fields.
    public let fields: FieldSection
    /// The version.
    public let version: HTTPVersion
    /// The status code, 100 to 599.
    public let status: UInt16
    /// The body's length, or nil when the body ends with the connection.
    public let contentLength: Int?

    /// How many bytes of what was received are this head; those behind it are the body's, or the first frame's.
    public var byteCount: Int { fields.bytes.count }
}

/// Reads one response head out of bytes that arrive in any pieces, by the same rules as `RequestHeadParser`.
///
/// A response in a transfer coding is refused: Chrome's DevTools server sends none.
public struct ResponseHeadParser: Sendable {
    private let limits: HTTPLimits
    private var scanner = LineScanner()
    private var statusLine: StatusLine?
    private var lines: [FieldLine] = []

    /// A parser at the start of a response.
    public init(limits: HTTPLimits = .standard) {
        self.limits = limits
    }

    /// The head that `received` begins with, or nil while its end has not come; as `RequestHeadParser.parse(_:)`.
    public mutating func parse(_ received: Span<UInt8>) throws(HTTPRefusal) -> ResponseHead? {
        while let line = try scanner.next(in: received, limits: limits) {
            if let statusLine {
                if line.isEmpty { return try finish(received, statusLine) }
                try FieldLine.append(parsing: received, line, to: &lines, limits: limits)
            } else {
                guard !line.isEmpty else { throw .leadingBlankLine }
                statusLine = try StatusLine(parsing: received, line)
            }
        }
        return nil
    }

    private func finish(_ received: Span<UInt8>, _ line: StatusLine) throws(HTTPRefusal) -> ResponseHead {
        let fields = FieldSection(copying: received, count: scanner.lineStart, lines: lines)
        guard !fields.contains(.transferEncoding) else { throw .transferCodingUnknown }
        let contentLength = try fields.contentLength()
        return ResponseHead(
            fields: fields,
            version: line.version,
            status: line.status,
            contentLength: contentLength
        )
    }
}

/// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 section 4).
private struct StatusLine {
    let version: HTTPVersion
    let status: UInt16

    /// Parses `line` of `received`; the reason phrase may be anything and is not kept.
    init(parsing received: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        guard line.count >= 13, received.equals("HTTP/", in: line.prefix(5)) else { throw .startLineMalformed }
        let number = line.dropFirst(5).prefix(4)
        if received.equals("1.1 ", in: number) {
            version = .http11
        } else if received.equals("1.0 ", in: number) {
            version = .http10
        } else {
            throw .versionUnsupported
        }
        var status: UInt16 = 0
        for index in line.dropFirst(9).prefix(3) {
            guard received[index].isDigit else { throw .startLineMalformed }
            status = status * 10 + UInt16(received[index] - UInt8(ascii: "0"))
        }
        guard 100...599 ~= status, received[line.lowerBound + 12] == .space else { throw .startLineMalformed }
        self.status = status
    }
}
