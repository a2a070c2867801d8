import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct PageGuardTests {
    private static let pages = PageGuard(port: 9222)

    @Test(
        arguments: [
            ("Host: 127.0.0.1:9222\r\n", "127.0.0.1:9222"), ("Host: localhost:9222\r\n", "localhost:9222"),
            ("Host: LOCALHOST:9222\r\n", "LOCALHOST:9222"), ("Host: [::1]:9222\r\n", "[::1]:9222"),
            ("Host: 127.8.9.1:9222\r\n", "127.8.9.1:9222"),
            ("Host: 127.0.0.1\r\n", "127.0.0.1:9222"),
            ("Host: localhost:9222\r\nSec-Fetch-Site: none\r\n", "localhost:9222"),
        ]
    )
    func letsToolsPass(fields: String, listener: String) throws {
        let head = try makeHead("GET /json/version HTTP/1.1", fields: fields)
        #expect(try Self.pages.check(head).description == listener)
    }

    @Test(
        arguments: [
            ("Host: evil.example:9222\r\n", PageRefusal.foreignHost),
            ("Host: 127.0.0.1.evil.example:9222\r\n", .foreignHost),
            ("Host: localhost.:9222\r\n", .foreignHost), ("Host: 127.0.0.1:9223\r\n", .foreignHost),
            ("Host: 10.0.0.1:9222\r\n", .foreignHost), ("Host: 0.0.0.0:9222\r\n", .foreignHost),
            ("Host: [::]:9222\r\n", .foreignHost),
            ("Host: localhost:9222\r\nOrigin: http://localhost:9222\r\n", .origin),
            ("Host: localhost:9222\r\norigin: null\r\n", .origin), ("Host: localhost:9222\r\nOrigin:\r\n", .origin),
            ("Host: localhost:9222\r\nSec-Fetch-Site: same-origin\r\n", .crossSite),
            ("Host: localhost:9222\r\nSec-Fetch-Site: None\r\n", .crossSite),
            ("Host: localhost:9222\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n", .crossSite),
        ]
    )
    func keepsPagesOut(fields: String, refusal: PageRefusal) throws {
        let head = try makeHead("GET /json/version HTTP/1.1", fields: fields)
        #expect(throws: refusal) { try Self.pages.check(head) }
    }

    @Test func takesNoRequestWithoutAHost() throws {
        let head = try makeHead("GET /json/version HTTP/1.0", fields: "")
        #expect(throws: PageRefusal.foreignHost) { try Self.pages.check(head) }
    }
}
