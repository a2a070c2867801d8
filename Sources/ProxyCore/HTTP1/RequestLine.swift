/// `method SP request-target SP HTTP-version` (RFC 9112 section 3), with the target in origin-form, the only form a
/// client of this proxy sends.
struct RequestLine: Sendable {
    /// The method.
    let method: RequestMethod
    /// The version.
    let version: HTTPVersion
    /// The target's place in the head.
    let target: Range<Int>
    private let pathEnd: Int

    /// The place of the target's path.
    var path: Range<Int> { target.lowerBound..<pathEnd }

    /// The place of the target's query, without the `?`.
    var query: Range<Int>? { pathEnd < target.upperBound ? pathEnd + 1..<target.upperBound : nil }

    /// Parses `line` of `received`, which holds no control but HTAB.
    init(parsing received: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        var index = line.lowerBound
        while index < line.upperBound, ByteSet.token.contains(received[index]) { index += 1 }
        let methodRange = line.lowerBound..<index
        guard !methodRange.isEmpty, index < line.upperBound, received[index] == .space else {
            throw .startLineMalformed
        }
        let start = index + 1
        index = start
        var pathEnd: Int?
        while index < line.upperBound {
            if line.upperBound - index >= ByteBlock.width {
                let plain = ByteBlock(received, at: index).countOfPlainTarget
                index += plain
                if plain == ByteBlock.width { continue }
            }
            guard ByteSet.target.contains(received[index]) else { break }
            if received[index] == UInt8(ascii: "?"), pathEnd == nil { pathEnd = index }
            if received[index] == UInt8(ascii: "%") {
                try Self.checkEncoding(received, at: index, before: line.upperBound)
            }
            index += 1
        }
        guard index > start, index < line.upperBound else { throw .startLineMalformed }
        guard received[index] == .space else { throw .targetForbiddenByte }
        target = start..<index
        method = RequestMethod(received, methodRange)
        version = try Self.version(received, index + 1..<line.upperBound, methodRange, target)
        try Self.checkForm(received, methodRange, target)
        self.pathEnd = pathEnd ?? index
    }

    /// RFC 3986 section 2.1: `%` and two hex digits.
    private static func checkEncoding(_ received: Span<UInt8>, at index: Int, before end: Int) throws(HTTPRefusal) {
        guard index + 2 < end, received[index + 1].hexValue != nil, received[index + 2].hexValue != nil else {
            throw .targetEncodingMalformed
        }
    }

    /// `HTTP/1.1` or `HTTP/1.0`, in capitals (RFC 9112 section 2.3). Other well-formed versions are told apart, since
    /// they are answered 505, and the HTTP/2 preface (RFC 9113 section 3.4) from them.
    private static func version(
        _ received: Span<UInt8>,
        _ range: Range<Int>,
        _ method: Range<Int>,
        _ target: Range<Int>
    ) throws(HTTPRefusal) -> HTTPVersion {
        if received.equals("HTTP/1.1", in: range) { return .http11 }
        if received.equals("HTTP/1.0", in: range) { return .http10 }
        guard range.count == 8, received.equals("HTTP/", in: range.prefix(5)), received[range.lowerBound + 5].isDigit,
            received[range.lowerBound + 6] == UInt8(ascii: "."), received[range.lowerBound + 7].isDigit
        else { throw .startLineMalformed }
        let isPreface = received.equals("PRI", in: method) && received.equals("*", in: target)
        throw isPreface ? .http2Preface : .versionUnsupported
    }

    /// Refuses every form of the target but origin-form (RFC 9112 section 3.2). Absolute-form, which a server must
    /// take by section 3.2.2, is what a forward proxy is asked with; this one never is.
    private static func checkForm(
        _ received: Span<UInt8>,
        _ method: Range<Int>,
        _ target: Range<Int>
    ) throws(HTTPRefusal) {
        if received.equals("CONNECT", in: method) { throw .connectMethod }
        if received[target.lowerBound] == UInt8(ascii: "/") { return }
        if received.equals("*", in: target) { throw .asteriskForm }
        for index in target where received[index] == UInt8(ascii: "/") { throw .absoluteForm }
        throw .authorityForm
    }
}

extension Span<UInt8> {
    /// Whether the bytes in `range` are those of `text`, an ASCII literal.
    @inline(__always)
    func equals(_ text: String, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            if self[index] != byte { return false }
            index += 1
        }
        return true
    }
}
