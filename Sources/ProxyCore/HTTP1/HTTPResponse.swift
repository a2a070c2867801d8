/// An answer of ours: a status, fields and a body, for one request on a connection that is then closed.
///
/// Every answer says `Cache-Control: no-store`, `Referrer-Policy: no-referrer` and `X-Content-Type-Options: nosniff`,
/// since most of them hold or follow from a credential, and `Connection: close`. There is no `Date`: this layer reads
/// no clock (RFC 9110 section 6.6.1 lets a server without one leave it out). The body may hold a ticket, so nothing of an
/// answer is printed.
public struct HTTPResponse: Sendable, Redacted {
    /// The status.
    public let status: HTTPStatus
    /// The body; never sent with a status that has none.
    public let body: [UInt8]
    private var extraFields: [UInt8] = []

    /// An answer with no body.
    public init(_ status: HTTPStatus) {
        self.status = status
        body = []
    }

    /// An answer whose body has the media type `contentType`.
    public init(_ status: HTTPStatus, contentType: StaticString, body: [UInt8]) {
        self.status = status
        self.body = body
        setField("Content-Type", contentType.description)
    }

    /// An answer whose body is JSON.
    public init(_ status: HTTPStatus, json: [UInt8]) {
        self.init(status, contentType: "application/json; charset=UTF-8", body: json)
    }

    /// The answer to a malformed or oversized head: the status, and the reason's label as the body.
    public init(refusing refusal: HTTPRefusal) {
        self.init(refusal.status, json: Array("{\"error\":\"\(refusal.rawValue)\"}".utf8))
        if refusal.status == .methodNotAllowed { setField("Allow", "GET, POST, PUT") }
    }

    /// Adds a field. One whose name is no token or whose value holds a control byte is left out: a caller's mistake
    /// traps in debug builds, and never splits an answer in release builds.
    public mutating func setField(_ name: StaticString, _ value: String) {
        let name = name.description
        let isSafe = Self.isToken(name.utf8.span) && !Self.hasControl(value.utf8.span)
        assert(isSafe, "a field must hold no control byte")
        guard isSafe else { return }
        extraFields.append(name)
        extraFields.append(": ")
        extraFields.append(value)
        extraFields.append("\r\n")
    }

    private static func isToken(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !ByteSet.token.contains(bytes[index]) { return false }
        return !bytes.isEmpty
    }

    private static func hasControl(_ bytes: Span<UInt8>) -> Bool {
        bytes.endOfText(in: bytes.indices) < bytes.count
    }

    /// The whole answer. With `isHead`, as to a HEAD request: the fields of the answer without its body.
    public func serialized(isHead: Bool = false) -> [UInt8] {
        var bytes = head(ofBody: body.count)
        if !isHead && !status.isBodiless { bytes += body }
        return bytes
    }

    /// The fields of an answer whose body has so many bytes, which are sent apart.
    public func head(ofBody length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + extraFields.count + body.count)
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: status.code)
        bytes.append(UInt8.space)
        bytes.append(status.reasonPhrase)
        bytes.append("\r\n")
        bytes += extraFields
        // RFC 9110 section 8.6: no Content-Length with 1xx and 204.
        if !status.isBodiless {
            bytes.append("Content-Length: ")
            bytes.append(decimal: length)
            bytes.append("\r\n")
        }
        bytes.append(Self.constantFields)
        return bytes
    }

    /// The fields of every answer, and the blank line.
    private static let constantFields = """
        Cache-Control: no-store\r
        Referrer-Policy: no-referrer\r
        X-Content-Type-Options: nosniff\r
        Connection: close\r
        \r

        """
}
