/// Finds the lines of a head in bytes that grow from call to call, and looks at every byte once: it remembers how far
/// it searched, so that a peer which sends one byte at a time costs O(n).
///
/// Lines end in CRLF and nothing else (RFC 9112 section 2.2 lets a recipient take a bare LF; two recipients that
/// differ about it are a request-smuggling hole). Control bytes are refused as soon as they are seen, whichever line
/// they stand in, so a TLS hello on the plain port is answered at its first byte.
struct LineScanner: Sendable {
    /// Where the line under way begins; where the last one ended.
    private(set) var lineStart = 0
    /// Bytes before this one were looked at.
    private var searched = 0
    /// Whether the first line has been taken.
    private var isPastStartLine = false

    /// The range of the next line without its CRLF, or nil when `received` does not hold its end yet.
    ///
    /// `received` begins with the head's first byte and never loses one between calls.
    mutating func next(in received: Span<UInt8>, limits: HTTPLimits) throws(HTTPRefusal) -> Range<Int>? {
        let end = min(received.count, limits.head)
        let index = received.endOfText(in: searched..<end)
        searched = index
        guard index == end || received[index] == .carriageReturn else {
            throw refusal(ofControlAt: index, in: received)
        }
        guard index + 1 < end else {
            if received.count >= limits.head { throw isPastStartLine ? .headTooLarge : .startLineTooLong }
            return nil
        }
        guard received[index + 1] == .lineFeed else { throw .bareCarriageReturn }
        let line = lineStart..<index
        lineStart = index + 2
        searched = lineStart
        isPastStartLine = true
        return line
    }

    /// Names the part of the message that the control byte at `index` stands in.
    private func refusal(ofControlAt index: Int, in received: Span<UInt8>) -> HTTPRefusal {
        if received[index] == .lineFeed { return .bareLineFeed }
        guard isPastStartLine else { return .startLineForbiddenByte }
        for position in lineStart..<index where received[position] == UInt8(ascii: ":") {
            return .fieldValueForbiddenByte
        }
        return .fieldNameForbiddenByte
    }
}
