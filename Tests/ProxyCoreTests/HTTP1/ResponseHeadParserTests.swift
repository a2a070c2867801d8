import ProxyCore
import TestSupport
import Testing

@Suite struct ResponseHeadParserTests {
    /// What became of a response head, in terms that can be compared.
    private enum Outcome: Equatable {
        case parsed(status: UInt16, contentLength: Int?, byteCount: Int)
        case incomplete
        case refused(HTTPRefusal)
    }

    private static func outcomes(_ text: String) -> [Outcome] {
        let bytes = Array(text.utf8)
        return ByteSplitter.outcomes(of: bytes) { schedule in
            var parser = ResponseHeadParser()
            for length in schedule {
                do throws(HTTPRefusal) {
                    guard let head = try parser.parse(bytes.span.extracting(first: length)) else { continue }
                    return .parsed(status: head.status, contentLength: head.contentLength, byteCount: head.byteCount)
                } catch {
                    return .refused(error)
                }
            }
            return .incomplete
        }
    }

    @Test func readsChromesJSONAnswer() {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Security-Policy:frame-ancestors 'none'\r\nContent-Length:424\r\n"
            + "Content-Type:application/json; charset=UTF-8\r\n\r\n"
        let expected = Outcome.parsed(status: 200, contentLength: 424, byteCount: head.utf8.count)
        #expect(Self.outcomes(head) == [expected])
        #expect(Self.outcomes(head + "{\"Browser\"") == [expected])
    }

    @Test func readsChromesUpgradeAnswer() {
        let head =
            "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        #expect(Self.outcomes(head) == [.parsed(status: 101, contentLength: nil, byteCount: head.utf8.count)])
    }

    @Test(arguments: [
        ("HTTP/1.1 200 \r\n\r\n", Outcome.parsed(status: 200, contentLength: nil, byteCount: 17)),
        ("HTTP/1.0 404 Not Found\r\n\r\n", .parsed(status: 404, contentLength: nil, byteCount: 26)),
        ("HTTP/1.1 200 OK\r\nA: 1\r\n", .incomplete),
        ("HTTP/1.1 200\r\n\r\n", .refused(.startLineMalformed)),
        ("HTTP/1.1 20 OK\r\n\r\n", .refused(.startLineMalformed)),
        ("HTTP/1.1 099 X\r\n\r\n", .refused(.startLineMalformed)),
        ("HTTP/1.1 600 X\r\n\r\n", .refused(.startLineMalformed)),
        ("HTTP/1.1  200 OK\r\n\r\n", .refused(.startLineMalformed)),
        ("HTTP/2.0 200 OK\r\n\r\n", .refused(.versionUnsupported)),
        ("SSH-2.0-OpenSSH_9.2\r\n", .refused(.startLineMalformed)),
        ("HTTP/1.1 200 OK\n\n", .refused(.bareLineFeed)),
        ("HTTP/1.1 200 OK\r\nA : 1\r\n\r\n", .refused(.spaceBeforeColon)),
        ("HTTP/1.1 200 OK\r\nA: 1\r\n b\r\n\r\n", .refused(.obsoleteFold)),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .refused(.contentLengthMalformed)),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .refused(.contentLengthRepeated)),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .refused(.transferCodingUnknown)),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", .refused(.leadingBlankLine)),
    ])
    private func readsOrRefuses(_ head: String, _ outcome: Outcome) {
        #expect(Self.outcomes(head) == [outcome])
    }
}
