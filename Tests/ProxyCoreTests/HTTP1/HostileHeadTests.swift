import ProxyCore
import TestSupport
import Testing

/// What attackers and strangers send, as bytes on the wire, and the status each is answered with before anything of it is
/// believed: the head parser's rules and then, where a WebSocket is asked for, the handshake's.
@Suite struct HostileHeadTests {
    @Test(arguments: HostileHead.all)
    func isRefused(_ hostile: HostileHead) {
        // The long ones, which are all alike inside, are split at about 300 offsets.
        let step = max(1, hostile.bytes.count / 300)
        let statuses = ByteSplitter.outcomes(of: hostile.bytes, step: step) { schedule -> UInt16? in
            Self.status(of: hostile.bytes, schedule)
        }
        #expect(statuses == [hostile.status])
    }

    @Test func namesAreDistinct() {
        #expect(Set(HostileHead.all.map(\.name)).count == HostileHead.all.count)
        #expect(HostileHead.all.count >= 100)
    }

    /// The status of the refusal, or nil when the head is taken or its end is waited for.
    private static func status(of bytes: [UInt8], _ schedule: [Int]) -> UInt16? {
        var parser = RequestHeadParser()
        for length in schedule {
            do {
                guard let head = try parser.parse(bytes.span.extracting(first: length)) else { continue }
                guard WebSocketUpgrade.isAttempted(by: head) else { return nil }
                _ = try WebSocketUpgrade(head)
                return nil
            } catch let refusal as HTTPRefusal {
                return refusal.status.code
            } catch let refusal as UpgradeRefusal {
                return refusal.status.code
            } catch {
                return nil
            }
        }
        return nil
    }
}

/// One hostile head.
struct HostileHead: Sendable, CustomTestStringConvertible {
    /// What it tries.
    let name: String
    /// The status it is answered with.
    let status: UInt16
    /// The bytes: every scalar of the text it was written as is one byte.
    let bytes: [UInt8]

    var testDescription: String { name }

    private init(_ name: String, _ status: UInt16, _ text: String) {
        self.name = name
        self.status = status
        bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    /// A good request line and `Host`, and then `fields`.
    private static func fields(_ name: String, _ status: UInt16, _ fields: String) -> HostileHead {
        HostileHead(name, status, "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
    }

    /// `line`, and then a good `Host`.
    private static func line(_ name: String, _ status: UInt16, _ line: String) -> HostileHead {
        HostileHead(name, status, "\(line)\r\nHost: a\r\n\r\n")
    }

    /// A good request line, and then these instead of a good `Host`.
    private static func host(_ name: String, _ status: UInt16, _ fields: String) -> HostileHead {
        HostileHead(name, status, "GET / HTTP/1.1\r\n\(fields)\r\n\r\n")
    }

    /// A handshake with its fields in this state.
    private static func handshake(
        _ name: String,
        _ status: UInt16,
        key: String = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        version: String = "Sec-WebSocket-Version: 13\r\n",
        upgrade: String = "Upgrade: websocket\r\n",
        connection: String = "Connection: Upgrade",
        line: String = "GET /cdp HTTP/1.1"
    ) -> HostileHead {
        HostileHead(name, status, "\(line)\r\nHost: a\r\n\(key)\(version)\(upgrade)\(connection)\r\n\r\n")
    }

    /// All of them.
    static let all = strangers + lines + smuggling + fieldLines + hosts + handshakes

    private static let strangers = [
        HostileHead("TLS 1.3 hello", 400, "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}"),
        HostileHead("SSLv2 hello", 400, "\u{80}.\u{1}\u{0}\u{2}"),
        HostileHead("SOCKS5 greeting", 400, "\u{5}\u{1}\u{0}"),
        HostileHead("SOCKS4 request", 400, "\u{4}\u{1}\u{0}P"),
        HostileHead("SSH banner", 400, "SSH-2.0-OpenSSH_9.2p1 Debian\r\n"),
        HostileHead("SMTP greeting", 400, "EHLO a.example\r\n"),
        HostileHead("RTSP request", 400, "OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n"),
        HostileHead("SIP request", 400, "INVITE sip:a@b SIP/2.0\r\n\r\n"),
        HostileHead("Redis command", 400, "*1\r\n$4\r\nPING\r\n"),
        HostileHead("PROXY protocol version 1", 400, "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n"),
        HostileHead("PROXY protocol version 2", 400, "\r\n\r\n\u{0}\r\nQUIT\n"),
        HostileHead("UTF-16 text", 400, "G\u{0}E\u{0}T\u{0}"),
        HostileHead("byte order mark", 400, "\u{ef}\u{bb}\u{bf}GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        HostileHead("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        HostileHead("HTTP/0.9", 400, "GET /\r\n"),
        HostileHead("an answer", 400, "HTTP/1.1 200 OK\r\n\r\n"),
    ]

    private static let lines = [
        line("HTTP/3.0", 505, "GET / HTTP/3.0"),
        line("HTTP/1.2", 505, "GET / HTTP/1.2"),
        line("version in two digits", 400, "GET / HTTP/1.01"),
        line("version without a digit", 400, "GET / HTTP/1."),
        line("version in small letters", 400, "GET / Http/1.1"),
        line("version of another protocol", 400, "GET / HTTQ/1.1"),
        line("CONNECT", 405, "CONNECT 169.254.169.254:80 HTTP/1.1"),
        line("CONNECT in origin-form", 405, "CONNECT / HTTP/1.1"),
        line("absolute-form", 400, "GET http://169.254.169.254/latest/meta-data/ HTTP/1.1"),
        line("absolute-form of a file", 400, "GET file:///etc/passwd HTTP/1.1"),
        line("absolute-form, even with our host", 400, "GET http://a/ HTTP/1.1"),
        line("authority-form", 400, "GET 169.254.169.254:80 HTTP/1.1"),
        line("asterisk-form", 400, "OPTIONS * HTTP/1.1"),
        line("a target with no slash", 400, "GET json/version HTTP/1.1"),
        line("a fragment", 400, "GET /json/version#x HTTP/1.1"),
        line("a backslash", 400, "GET \\json HTTP/1.1"),
        line("a space in the target", 400, "GET /json version HTTP/1.1"),
        line("two spaces", 400, "GET  / HTTP/1.1"),
        line("a tab for a space", 400, "GET\t/\tHTTP/1.1"),
        line("a vertical tab for a space", 400, "GET\u{b}/ HTTP/1.1"),
        line("a no-break space for a space", 400, "GET\u{a0}/ HTTP/1.1"),
        line("a space before the method", 400, " GET / HTTP/1.1"),
        line("a space behind the version", 400, "GET / HTTP/1.1 "),
        line("no method", 400, "/ HTTP/1.1"),
        line("a method that is no token", 400, "GE\"T / HTTP/1.1"),
        line("NUL in the target", 400, "GET /json\u{0}/x HTTP/1.1"),
        line("DEL in the target", 400, "GET /\u{7f} HTTP/1.1"),
        line("escape in the target", 400, "GET /\u{1b}[2J HTTP/1.1"),
        line("UTF-8 in the target", 400, "GET /\u{c3}\u{a9} HTTP/1.1"),
        line("overlong slash in the target", 400, "GET /\u{c0}\u{af} HTTP/1.1"),
        line("half a percent-encoding", 400, "GET /json/%6 HTTP/1.1"),
        line("percent-encoding by %u", 400, "GET /%u0041 HTTP/1.1"),
        line("markup in the target", 400, "GET /<script>alert(1)</script> HTTP/1.1"),
        line("a quote in the query", 400, "GET /?a=\"b HTTP/1.1"),
        HostileHead("a long target", 414, "GET /" + String(repeating: "a", count: 16_400)),
        HostileHead("a long method", 414, String(repeating: "A", count: 16_400)),
        HostileHead("a blank line first", 400, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        HostileHead("a line feed first", 400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        HostileHead("bare line feeds", 400, "GET / HTTP/1.1\nHost: a\n\n"),
        HostileHead("bare carriage returns", 400, "GET / HTTP/1.1\rHost: a\r\r"),
        HostileHead("line feed before carriage return", 400, "GET / HTTP/1.1\n\rHost: a\n\r\n\r"),
        HostileHead(
            "letters that end in the bytes of a line end",
            400,
            "GET / HTTP/1.1\u{c4}\u{8d}\u{c4}\u{8a}Host: a\r\n\r\n"
        ),
        HostileHead("NEL for a line end", 400, "GET / HTTP/1.1\u{85}Host: a\r\n\r\n"),
    ]

    private static let smuggling = [
        fields("a body", 413, "Content-Length: 5"),
        fields("a body longer than any", 400, "Content-Length: 18446744073709551616"),
        fields("a negative length", 400, "Content-Length: -1"),
        fields("a signed length", 400, "Content-Length: +0"),
        fields("a length in hexadecimal", 400, "Content-Length: 0x0"),
        fields("a length with a fraction", 400, "Content-Length: 0.0"),
        fields("a length with a space in it", 400, "Content-Length: 0 0"),
        fields("a length behind a vertical tab", 400, "Content-Length: \u{b}0"),
        fields("two lengths", 400, "Content-Length: 0\r\nContent-Length: 5"),
        fields("a length twice", 400, "Content-Length: 0\r\ncontent-length: 0"),
        fields("a list of lengths", 400, "Content-Length: 0,0"),
        fields("no length", 400, "Content-Length:"),
        fields("a chunked body", 413, "Transfer-Encoding: chunked"),
        fields("both lengths", 400, "Content-Length: 0\r\nTransfer-Encoding: chunked"),
        fields("both lengths, the other way round", 400, "Transfer-Encoding: chunked\r\nContent-Length: 0"),
        fields("chunked twice", 501, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        fields("chunked, then another", 501, "Transfer-Encoding: chunked, identity"),
        fields("gzip", 501, "Transfer-Encoding: gzip"),
        fields("identity", 501, "Transfer-Encoding: identity"),
        fields("an empty coding", 501, "Transfer-Encoding:"),
        fields("chunked in quotes", 501, "Transfer-Encoding: \"chunked\""),
        fields("chunked behind a control", 400, "Transfer-Encoding: \u{b}chunked"),
        fields("chunked behind NUL", 400, "Transfer-Encoding: \u{0}chunked"),
        fields("chunked with a space before the colon", 400, "Transfer-Encoding : chunked"),
        fields("chunked with a tab before the colon", 400, "Transfer-Encoding\t: chunked"),
        fields("chunked on a folded line", 400, "Transfer-Encoding:\r\n chunked"),
        fields("chunked behind a bare line feed", 400, "X: y\nTransfer-Encoding: chunked"),
        fields("chunked behind a bare carriage return", 400, "X: y\rTransfer-Encoding: chunked"),
        HostileHead("chunked in HTTP/1.0", 400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        HostileHead("a blank in the blank line", 400, "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n"),
    ]

    private static let fieldLines = [
        fields("a line without a colon", 400, "X"),
        fields("a field without a name", 400, ": x"),
        fields("a name of a space", 400, " : x"),
        fields("a name in UTF-8", 400, "\u{c3}\u{a9}: x"),
        fields("a name with a Kelvin sign", 400, "Sec-WebSocket-\u{e2}\u{84}\u{aa}ey: x"),
        fields("a name with NUL", 400, "X\u{0}Y: z"),
        fields("a name with a slash", 400, "X/Y: z"),
        fields("a name in brackets", 400, "[X]: y"),
        fields("a value with NUL", 400, "X: y\u{0}z"),
        fields("a value with a backspace", 400, "X: y\u{8}z"),
        fields("a value with DEL", 400, "X: y\u{7f}z"),
        fields("a value with an escape", 400, "X: \u{1b}[31m"),
        fields("a folded line", 400, "X: y\r\n z"),
        fields("a line folded by a tab", 400, "X: y\r\n\tz"),
        fields("101 fields", 431, String(repeating: "X: y\r\n", count: 100) + "Z: z"),
        HostileHead("a long field", 431, "GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 16_400)),
        HostileHead("a long name", 431, "GET / HTTP/1.1\r\n" + String(repeating: "y", count: 16_400)),
        HostileHead(
            "a long head",
            431,
            "GET / HTTP/1.1\r\n" + String(repeating: "X: " + String(repeating: "y", count: 1019) + "\r\n", count: 17)
        ),
        HostileHead("a field before the line's end is known", 400, "GET / HTTP/1.1\r\n X: y\r\n\r\n"),
    ]

    private static let hosts = [
        host("no host", 400, "X: y"),
        host("two hosts", 400, "Host: a\r\nHost: b"),
        host("one host twice", 400, "Host: a\r\nHOST: a"),
        host("two hosts in a list", 400, "Host: a, b"),
        host("an empty host", 400, "Host:"),
        host("a host with userinfo", 400, "Host: admin@a"),
        host("a host with a path", 400, "Host: a/b"),
        host("a host with a query", 400, "Host: a?b"),
        host("a host with a fragment", 400, "Host: a#b"),
        host("a host with a quote", 400, "Host: a\"b"),
        host("a host with markup", 400, "Host: <script>"),
        host("a host with a space", 400, "Host: a b"),
        host("a host percent-encoded", 400, "Host: %61"),
        host("a host in UTF-8", 400, "Host: \u{c3}\u{a9}"),
        host("a host with a scheme", 400, "Host: http://a"),
        host("port 0", 400, "Host: a:0"),
        host("port 65536", 400, "Host: a:65536"),
        host("an empty port", 400, "Host: a:"),
        host("a port in letters", 400, "Host: a:http"),
        host("two ports", 400, "Host: a:80:80"),
        host("an address out of range", 400, "Host: 256.0.0.1"),
        host("an address in one number", 400, "Host: 2130706433"),
        host("an IPv6 address without brackets", 400, "Host: ::1"),
        host("an IPv6 address with a zone", 400, "Host: [fe80::1%25lo]"),
        host("an IPv6 address left open", 400, "Host: [::1"),
    ]

    private static let handshakes = [
        handshake("a handshake by POST", 405, line: "POST /cdp HTTP/1.1"),
        handshake("a handshake by HTTP/1.0", 400, line: "GET /cdp HTTP/1.0"),
        handshake("a handshake without a key", 400, key: ""),
        handshake("a handshake with an empty key", 400, key: "Sec-WebSocket-Key:\r\n"),
        handshake("a key of 15 bytes", 400, key: "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA\r\n"),
        handshake("a key of 17 bytes", 400, key: "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=\r\n"),
        handshake("a key with stray bits", 400, key: "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAB==\r\n"),
        handshake("a key in base64url", 400, key: "Sec-WebSocket-Key: -_-_-_-_-_-_-_-_-_-_-A==\r\n"),
        handshake(
            "two keys",
            400,
            key: "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Key: BAAAAAAAAAAAAAAAAAAAAA==\r\n"
        ),
        handshake("no version", 426, version: ""),
        handshake("version 8", 426, version: "Sec-WebSocket-Version: 8\r\n"),
        handshake("version 13 among others", 426, version: "Sec-WebSocket-Version: 13, 8\r\n"),
        handshake(
            "version 13 twice",
            400,
            version: "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n"
        ),
        handshake("a handshake without Upgrade", 400, upgrade: ""),
        handshake("a handshake to another protocol", 400, upgrade: "Upgrade: h2c\r\n"),
        handshake("a handshake without Connection: upgrade", 400, connection: "Connection: close"),
        handshake("a handshake with a body", 413, connection: "Connection: Upgrade\r\nContent-Length: 1"),
        handshake("a handshake with chunks", 413, connection: "Connection: Upgrade\r\nTransfer-Encoding: chunked"),
    ]
}
