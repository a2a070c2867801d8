import NIOHTTP1
import ProxyCore

/// The end of a request's body and the host it is for, read as RFC 9112 demands: a request that another recipient could
/// read differently is refused. The decoder (llhttp) has already refused bad grammar: line endings, folded lines, white
/// space before a colon, lengths that are not numbers or accompany chunks.
struct RequestFraming: Equatable {
    /// The announced length of the body in bytes; nil for chunks, which announce none.
    let announced: Int?
    /// Whether the connection ends with this request's answer.
    let isLast: Bool

    /// Reads a head; nil for one that must be answered with 400.
    init?(_ head: HTTPRequestHead) {
        guard Self.namesOneHost(head), let announced = Self.announced(by: head) else { return nil }
        self.announced = announced
        // The service answers a request for another protocol in this one (RFC 9110 section 7.8 allows it). But the
        // decoder stops after such a request, so a following one would wait for ever.
        isLast = !head.isKeepAlive || head.headers.contains(name: "Upgrade") || head.method == .CONNECT
    }

    /// Whether there is exactly one well-formed `Host` (RFC 9112 section 3.2); HTTP/1.0 may have none.
    private static func namesOneHost(_ head: HTTPRequestHead) -> Bool {
        let hosts = values(of: "Host", in: head)
        guard let host = hosts.first else { return head.version == .http1_0 }
        return hosts.count == 1 && Authority(host) != nil
    }

    /// The announced length (RFC 9112 section 6): only chunks, and not in HTTP/1.0, or a length, or neither. The inner
    /// nil means chunks, the outer one a refusal.
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

    /// The values of a field, one for each line, without the white space around them (RFC 9112 section 5.1).
    private static func values(of name: String, in head: HTTPRequestHead) -> [Substring] {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        return head.headers[name].map { line in
            let start = line.drop(while: isSpace)
            return start.lastIndex { !isSpace($0) }.map { start[...$0] } ?? ""
        }
    }
}
