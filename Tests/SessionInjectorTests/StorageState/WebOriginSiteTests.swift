import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct WebOriginSiteTests {
    @Test(arguments: [
        ("https://a.shop.example.test", "https://example.test"), ("https://example.test", "https://example.test"),
        ("http://example.test:8080", "http://example.test"), ("https://www.shop.co.uk", "https://shop.co.uk"),
        ("https://shop.co.uk", "https://shop.co.uk"), ("https://a.b.io", "https://b.io"),
        ("http://10.0.0.1", "http://10.0.0.1"), ("http://a.b.0x7f", "http://a.b.0x7f"),
        ("http://a.b.node1", "http://b.node1"), ("http://[::1]", "http://[::1]"),
        ("http://localhost", "http://localhost"),
    ])
    func theSiteIsGuessed(origin: String, site: String) {
        #expect(WebOrigin(stored: origin)?.site == site)
    }
}
