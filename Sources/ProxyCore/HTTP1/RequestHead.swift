/// The method of a request (RFC 9110 section 9), which is case-sensitive.
public enum RequestMethod: Sendable {
    case get
    case head
    case post
    case put
    case delete
    case options
    /// Any other token.
    case other

    /// The method that `range` of `bytes` names.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        func isNamed(_ name: String) -> Bool { bytes.equals(name, in: range) }
        // The switch on the length spares most comparisons.
        self =
            switch range.count {
            case 3: isNamed("GET") ? .get : isNamed("PUT") ? .put : .other
            case 4: isNamed("POST") ? .post : isNamed("HEAD") ? .head : .other
            case 6: isNamed("DELETE") ? .delete : .other
            case 7: isNamed("OPTIONS") ? .options : .other
            default: .other
            }
    }
}

/// The versions a head may have (RFC 9112 section 2.3).
public enum HTTPVersion: Sendable {
    case http10
    case http11
}

/// A request's line and fields, checked against RFC 9112 (see `RequestHeadParser`).
///
/// Holds the bytes once and offsets into them; copying it is two retains. It may hold a credential, so its
/// description tells no byte of it.
public struct RequestHead: Sendable {
    /// The header fields.
    public let fields: FieldSection
    /// The method.
    public let method: RequestMethod
    /// HTTP/1.1, or the HTTP/1.0 that a plain health check may use and an upgrade may not.
    public let version: HTTPVersion
    /// The body's length as announced: at most `HTTPLimits.body`, and 0 when none was.
    public let contentLength: Int
    private let line: RequestLine

    init(fields: FieldSection, line: RequestLine, contentLength: Int) {
        self.fields = fields
        self.method = line.method
        self.version = line.version
        self.contentLength = contentLength
        self.line = line
    }

    /// The method its name would be in capitals: what the few routes ask that take `get` for `GET`. Methods are
    /// case-sensitive everywhere else (RFC 9110 section 9.1).
    public var methodInAnyCase: RequestMethod {
        guard method == .other else { return method }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let name = fields.bytes[..<(line.target.lowerBound - 1)].map { letters.contains($0) ? $0 & 0xDF : $0 }
        return RequestMethod(name.span, name.indices)
    }

    /// How many bytes of what was received are this head; those behind it are the caller's.
    public var byteCount: Int { fields.bytes.count }

    /// The request target in origin-form, query included.
    public var target: ArraySlice<UInt8> { fields.bytes[line.target] }

    /// The target up to the first `?`, still percent-encoded; begins with `/`.
    public var path: ArraySlice<UInt8> { fields.bytes[line.path] }

    /// The target behind the first `?`, or nil when it has none.
    public var query: ArraySlice<UInt8>? { line.query.map { fields.bytes[$0] } }

    /// What `Host` says; nil only in HTTP/1.0, where it may be missing.
    public var authority: Authority? { fields.first(of: .host).flatMap(Authority.init) }
}

extension RequestHead: Redacted {
    /// The method and the number of fields; no byte of the target or the fields.
    public var description: String { "\(method) request, \(fields.count) fields, \(byteCount) bytes" }
}
