import ProxyCore
import Testing

/// Every fault has its own case, and the same one however the bytes come.
@Suite struct RequestHeadRefusalTests {
    /// A head with `line` in the place of its request line.
    private static func make(line: String) -> [UInt8] {
        Array("\(line)\r\nHost: a\r\n\r\n".utf8)
    }

    /// A good head with `fields` behind `Host`.
    private static func make(fields: String) -> [UInt8] {
        Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
    }

    @Test(arguments: [
        ("", HTTPRefusal.leadingBlankLine),
        ("GET", .startLineMalformed),
        ("GET ", .startLineMalformed),
        ("GET /", .startLineMalformed),
        ("GET / ", .startLineMalformed),
        (" GET / HTTP/1.1", .startLineMalformed),
        ("GET  / HTTP/1.1", .startLineMalformed),
        ("GET /  HTTP/1.1", .startLineMalformed),
        ("GET / HTTP/1.1 ", .startLineMalformed),
        ("GET\t/ HTTP/1.1", .startLineMalformed),
        ("GET / x HTTP/1.1", .startLineMalformed),
        ("G(T / HTTP/1.1", .startLineMalformed),
        ("GET / http/1.1", .startLineMalformed),
        ("GET / HTTP/1,1", .startLineMalformed),
        ("GET / HTTP/11", .startLineMalformed),
        ("GET / HTTP/1.10", .startLineMalformed),
        ("GET /\u{0} HTTP/1.1", .startLineForbiddenByte),
        ("G\u{7f}T / HTTP/1.1", .startLineForbiddenByte),
        ("GET /\u{e9} HTTP/1.1", .targetForbiddenByte),
        ("GET /a#b HTTP/1.1", .targetForbiddenByte),
        ("GET /\t HTTP/1.1", .targetForbiddenByte),
        ("GET /a\\b HTTP/1.1", .targetForbiddenByte),
        ("GET /?\"<> HTTP/1.1", .targetForbiddenByte),
        ("GET /% HTTP/1.1", .targetEncodingMalformed),
        ("GET /%4 HTTP/1.1", .targetEncodingMalformed),
        ("GET /%4g HTTP/1.1", .targetEncodingMalformed),
        ("GET http://a/ HTTP/1.1", .absoluteForm),
        ("GET ws://a/ HTTP/1.1", .absoluteForm),
        ("GET a:9223 HTTP/1.1", .authorityForm),
        ("GET json HTTP/1.1", .authorityForm),
        ("OPTIONS * HTTP/1.1", .asteriskForm),
        ("CONNECT a:443 HTTP/1.1", .connectMethod),
        ("PRI * HTTP/2.0", .http2Preface),
        ("GET / HTTP/2.0", .versionUnsupported),
        ("GET / HTTP/1.2", .versionUnsupported),
        ("GET / HTTP/0.9", .versionUnsupported),
    ])
    func refusesTheRequestLine(_ line: String, _ refusal: HTTPRefusal) {
        #expect(HeadOutcome.ofEverySplit(Self.make(line: line)) == [.refused(refusal)])
    }

    @Test(arguments: [
        ("X\r\n", HTTPRefusal.fieldColonMissing),
        (": x\r\n", .fieldNameEmpty),
        ("X : 1\r\n", .spaceBeforeColon),
        ("X\t: 1\r\n", .spaceBeforeColon),
        ("X y: 1\r\n", .fieldNameForbiddenByte),
        ("X(y): 1\r\n", .fieldNameForbiddenByte),
        ("X\u{e9}: 1\r\n", .fieldNameForbiddenByte),
        ("X\u{0}: 1\r\n", .fieldNameForbiddenByte),
        ("X: \u{0}\r\n", .fieldValueForbiddenByte),
        ("X: a\u{1b}b\r\n", .fieldValueForbiddenByte),
        ("X: \u{7f}\r\n", .fieldValueForbiddenByte),
        ("X: 1\r\n folded\r\n", .obsoleteFold),
        ("X: 1\r\n\tfolded\r\n", .obsoleteFold),
        ("X: 1\r\n \r\n", .obsoleteFold),
        ("X: 1\nY: 2\r\n", .bareLineFeed),
        ("X: 1\rY: 2\r\n", .bareCarriageReturn),
        ("X: 1\r\r\n", .bareCarriageReturn),
        ("Host: a\r\n", .hostRepeated),
        ("hOsT: b\r\n", .hostRepeated),
    ])
    func refusesAField(_ fields: String, _ refusal: HTTPRefusal) {
        #expect(HeadOutcome.ofEverySplit(Self.make(fields: fields)) == [.refused(refusal)])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\n", HTTPRefusal.bareLineFeed),
        ("\n", .bareLineFeed),
        ("\r\n", .leadingBlankLine),
        ("\rGET / HTTP/1.1\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\n Host: a\r\n", .whitespaceBeforeFields),
        ("GET / HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .hostRepeated),
        ("\u{16}\u{3}\u{1}", .startLineForbiddenByte),
    ])
    func refusesAHead(_ head: String, _ refusal: HTTPRefusal) {
        #expect(HeadOutcome.ofEverySplit(Array(head.utf8)) == [.refused(refusal)])
    }

    @Test(arguments: [
        ("Content-Length: 1", HTTPRefusal.bodyTooLarge),
        ("Content-Length: 9223372036854775807", .bodyTooLarge),
        ("Content-Length: 9223372036854775808", .contentLengthMalformed),
        ("Content-Length: 99999999999999999999", .contentLengthMalformed),
        ("Content-Length:", .contentLengthMalformed),
        ("Content-Length: -1", .contentLengthMalformed),
        ("Content-Length: +0", .contentLengthMalformed),
        ("Content-Length: 0x0", .contentLengthMalformed),
        ("Content-Length: 0, 0", .contentLengthMalformed),
        ("Content-Length: 0\r\nContent-Length: 0", .contentLengthRepeated),
        ("Transfer-Encoding: chunked", .bodyChunked),
        ("Transfer-Encoding: Chunked", .bodyChunked),
        ("Transfer-Encoding: gzip", .transferCodingUnknown),
        ("Transfer-Encoding: xchunked", .transferCodingUnknown),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", .transferCodingUnknown),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0", .lengthAmbiguous),
    ])
    func refusesABody(_ fields: String, _ refusal: HTTPRefusal) {
        #expect(HeadOutcome.ofEverySplit(Self.make(fields: fields + "\r\n")) == [.refused(refusal)])
    }

    @Test func refusesATransferEncodingInHTTP10() {
        let head = Array("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        #expect(HeadOutcome.ofEverySplit(head) == [.refused(.transferEncodingInHTTP10)])
    }

    @Test func answersEveryRefusalWithAnErrorStatus() {
        for refusal in HTTPRefusal.allCases {
            #expect([400, 405, 413, 414, 431, 501, 505].contains(refusal.status.code))
            let answer = text(HTTPResponse(refusing: refusal).serialized())
            #expect(answer.hasPrefix("HTTP/1.1 \(refusal.status.code) "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
        }
        #expect(text(HTTPResponse(refusing: .connectMethod).serialized()).contains("\r\nAllow: GET, POST, PUT\r\n"))
    }
}
