import Testing

@testable import ProxyCore

@Suite struct WebOriginTests {
    @Test(arguments: [
        ("https://example.test", "https://example.test"), ("HTTPS://Example.TEST/", "https://example.test"),
        ("https://example.test:443", "https://example.test"), ("http://example.test:80/", "http://example.test"),
        ("http://example.test:443", "http://example.test:443"), ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"), ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://a_b-c.example.test", "https://a_b-c.example.test"),
        ("https://xn--bcher-kva.example:08443", "https://xn--bcher-kva.example:8443"),
        ("https://a.test/path", "https://a.test"), ("https://a.test//", "https://a.test"),
        ("https://a.test?q", "https://a.test"), ("https://a.test:8443/#f:1", "https://a.test:8443"),
        ("https://B\u{DC}cher.test/x", "https://b\u{FC}cher.test"), ("http://0X7f.1", "http://0x7f.1"),
    ])
    func readsInCanonicalForm(written: String, text: String) {
        #expect(WebOrigin(stored: written)?.description == text)
    }

    @Test(arguments: [
        "", "null", "example.test", "https://", "https:///", "file:///etc/hosts", "chrome://version", "ftp://a.test",
        "https:///a.test", "https://?q", "https://user@a.test", "https://user:pw@a.test/",
        "https://a.test:", "https://a.test:x", "https://a.test:65536", "https://a.test:-1", "https://a b.test",
        "https://.a.test", "https://[zz]", "https://[", "https://[::1", "https://a\\b",
        "https://a.test\n", "https://[1234]", "https://a.test:80:80",
    ])
    func refusesWhatIsNoWebOrigin(written: String) {
        #expect(WebOrigin(stored: written) == nil)
    }

    @Test(arguments: [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.com:443", "https://app.example.com"),
        ("http://localhost:3000", "http://localhost:3000"), ("http://a.test:443", "http://a.test:443"),
        ("chrome-extension://abcdefgh", "chrome-extension://abcdefgh"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ])
    func readsAHeader(written: String, text: String) {
        #expect(WebOrigin(header: written)?.description == text)
    }

    @Test(arguments: [
        "", "null", "*", "https://", "https://*.a.test", "https://a.test/", "https://a.test?q", "https://user@a.test",
        "://a.test", "a.test", "h2://a.test", "https://a.test:08443", "https://a.test:0", "https://b\u{FC}cher.test",
    ])
    func refusesWhatNoHeaderHas(written: String) {
        #expect(WebOrigin(header: written) == nil)
    }

    @Test func isOneOriginHoweverItIsWritten() {
        #expect(WebOrigin(header: "https://A.test:443") == WebOrigin(stored: "https://a.TEST/path"))
    }
}
