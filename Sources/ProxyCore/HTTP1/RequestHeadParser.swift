/// Reads one request head out of bytes that arrive in any pieces, strictly by RFC 9112: what another recipient could
/// read in another way is refused, never repaired.
///
/// ```swift
/// var parser = RequestHeadParser()
/// while true {
///     // read more into `buffer`
///     if let head = try parser.parse(buffer.span) { break }
/// }
/// ```
///
/// However the bytes are cut, the result is the same. A parser reads one head: after a head or a refusal, drop it.
public struct RequestHeadParser: Sendable {
    private let limits: HTTPLimits
    private var scanner = LineScanner()
    private var requestLine: RequestLine?
    private var lines: [FieldLine] = []

    /// A parser at the start of a connection.
    public init(limits: HTTPLimits = .standard) {
        self.limits = limits
    }

    /// The head that `received` begins with, or nil while its end has not come.
    ///
    /// `received` holds everything from the head's first byte on: each call is given what the last one was, and what
    /// came since. Looks at each byte once over all calls. Allocates twice for a head of up to 24 fields.
    public mutating func parse(_ received: Span<UInt8>) throws(HTTPRefusal) -> RequestHead? {
        while let line = try scanner.next(in: received, limits: limits) {
            if let requestLine {
                if line.isEmpty { return try finish(received, requestLine) }
                try FieldLine.append(parsing: received, line, to: &lines, limits: limits)
            } else {
                // RFC 9112 section 2.2 would skip an empty line here; nothing that speaks to us sends one.
                guard !line.isEmpty else { throw .leadingBlankLine }
                requestLine = try RequestLine(parsing: received, line)
            }
        }
        return nil
    }

    /// Checks what only the whole head can tell, and copies it.
    private func finish(_ received: Span<UInt8>, _ line: RequestLine) throws(HTTPRefusal) -> RequestHead {
        let fields = FieldSection(copying: received, count: scanner.lineStart, lines: lines)
        try checkHost(fields, line.version)
        let contentLength = try fields.requestBodyLength(version: line.version)
        guard contentLength <= limits.body else { throw .bodyTooLarge }
        return RequestHead(fields: fields, line: line, contentLength: contentLength)
    }

    /// RFC 9112 section 3.2: exactly one well-formed `Host`; HTTP/1.0 may do without.
    private func checkHost(_ fields: FieldSection, _ version: HTTPVersion) throws(HTTPRefusal) {
        switch fields.count(of: .host) {
        case 0:
            guard version == .http10 else { throw .hostMissing }
        case 1:
            guard let host = fields.first(of: .host), Authority.parse(host.span) != nil else { throw .hostMalformed }
        default:
            throw .hostRepeated
        }
    }
}
