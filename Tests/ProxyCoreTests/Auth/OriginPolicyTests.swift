import ProxyCore
import Testing

@Suite struct OriginPolicyTests {
    @Test(
        arguments: [
            ([], [], nil), ([], ["https://example.com"], .origin), ([], ["null"], .origin), ([], [""], .origin),
            (["https://example.com"], ["https://example.com"], nil),
            (["https://example.com"], ["https://example.com.evil.test"], .origin),
            (["https://example.com"], ["http://example.com"], .origin),
            (["https://example.com"], ["https://example.com:8443"], .origin),
            (["https://example.com"], ["https://example.com", "https://evil.test"], .origin),
            (["https://example.com"], ["https://example.com", "https://example.com"], .origin),
            (["https://a.test", "devtools://devtools"], ["devtools://devtools"], nil), (["https://a.test"], [], nil),
        ] as [([String], [String], CredentialRejection?)]
    )
    func check(allowed: [String], sent: [String], expected: CredentialRejection?) throws {
        let lines = ["GET / HTTP/1.1", "Host: a"] + sent.map { "Origin: \($0)" }
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var parser = RequestHeadParser()
        let head = try #require(try parser.parse(bytes.span))
        var rejection: CredentialRejection?
        do { try OriginPolicy(allowing: allowed).check(head.fields) } catch { rejection = error }
        #expect(rejection == expected)
    }
}
