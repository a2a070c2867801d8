extension FieldSection {
    /// The length of a request's body by RFC 9112 sections 6.1 and 6.3; 0 when none is announced.
    ///
    /// A body in a transfer coding is refused: no request to this proxy needs one, and two recipients that differ
    /// about a body's end are a request-smuggling hole.
    func requestBodyLength(version: HTTPVersion) throws(HTTPRefusal) -> Int {
        guard contains(.transferEncoding) else { return try contentLength() ?? 0 }
        if contains(.contentLength) { throw .lengthAmbiguous }
        if version == .http10 { throw .transferEncodingInHTTP10 }
        let codings = values(of: .transferEncoding)
        let isChunked = codings.count == 1 && Token.chunked.matches(codings[0])
        throw isChunked ? .bodyChunked : .transferCodingUnknown
    }

    /// What `Content-Length` says, or nil when it is missing (RFC 9110 section 8.6). A repeated field, or a list of
    /// equal values, which that section would let pass, is refused.
    func contentLength() throws(HTTPRefusal) -> Int? {
        guard let value = first(of: .contentLength) else { return nil }
        guard count(of: .contentLength) == 1 else { throw .contentLengthRepeated }
        guard !value.isEmpty else { throw .contentLengthMalformed }
        var length = 0
        for digit in value {
            guard digit.isDigit else { throw .contentLengthMalformed }
            let (product, isTooLong) = length.multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = product.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !isTooLong, !isTooLarge else { throw .contentLengthMalformed }
            length = sum
        }
        return length
    }
}

extension Token {
    /// `chunked` (RFC 9112 section 7.1).
    fileprivate static let chunked = Token("chunked")
}
