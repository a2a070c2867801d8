import NIOHTTP1
import ProxyCore

/// Where a request's body ends and whom it is for, read as RFC 9112 asks: what another recipient could read in another
/// way is refused. The decoder in front (llhttp) has refused already what breaks the grammar: line endings, folded lines,
/// white space before a colon, lengths that are no number or stand beside chunks.
struct RequestFraming: Equatable {
    /// How many bytes of body were announced; nil for chunks, whose number nobody knows.
    let announced: Int?
    /// Whether the connection ends with this request's answer.
    let isLast: Bool

    /// Reads a head; nil for one that is answered with 400.
    init?(_ head: HTTPRequestHead) {
        guard Self.namesOneHost(head), let announced = Self.announced(by: head) else { return nil }
        self.announced = announced
        // Who asks for another protocol is answered in this one, as it may be (RFC 9110 section 7.8), but the decoder
        // stops behind such a request: what followed on the connection would wait for ever.
        isLast = !head.isKeepAlive || head.headers.contains(name: "Upgrade") || head.method == .CONNECT
    }

    /// RFC 9112 section 3.2: exactly one well-formed `Host`; HTTP/1.0 may do without.
    private static func namesOneHost(_ head: HTTPRequestHead) -> Bool {
        let hosts = values(of: "Host", in: head)
        guard let host = hosts.first else { return head.version == .http1_0 }
        return hosts.count == 1 && Authority(host) != nil
    }

    /// RFC 9112 section 6: chunks and nothing else, and not in HTTP/1.0, or a length, or nothing. The inner nil is for
    /// chunks, the outer one for what is refused.
    private static func announced(by head: HTTPRequestHead) -> Int?? {
        let codings = values(of: "Transfer-Encoding", in: head)
        let lengths = values(of: "Content-Length", in: head)
        if let coding = codings.first {
            let isChunked = codings.count == 1 && coding.lowercased() == "chunked"
            return isChunked && lengths.isEmpty && head.version == .http1_1 ? .some(nil) : nil
        }
        guard let length = lengths.first else { return .some(0) }
        guard lengths.count == 1, let count = Int(length), count >= 0 else { return nil }
        return .some(count)
    }

    /// A field's values, one for each line. White space around one is not of it (RFC 9112 section 5.1).
    private static func values(of name: String, in head: HTTPRequestHead) -> [Substring] {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        return head.headers[name].map { line in
            let start = line.drop(while: isSpace)
            return start.lastIndex { !isSpace($0) }.map { start[...$0] } ?? ""
        }
    }
}
