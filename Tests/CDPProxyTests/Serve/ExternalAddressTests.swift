import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct ExternalAddressTests {
    private static func url(
        _ fields: String,
        isTLS: Bool = false,
        isTrustedProxy: Bool = false
    ) throws -> String? {
        let head = try makeHead("GET /json/version HTTP/1.1", fields: fields)
        return ExternalAddress(head, isTLS: isTLS, isTrustedProxy: isTrustedProxy)?
            .socketURL(path: "/devtools/browser/1", credential: .ticket("t"))
    }

    @Test(arguments: [
        ("Host: localhost:9223", "ws://localhost:9223"),
        ("Host: proxy.example", "ws://proxy.example"),
        ("Host: [2001:db8::1]:9223", "ws://[2001:db8::1]:9223"),
        ("Host: [::1]", "ws://[::1]"),
    ])
    func takesTheHost(_ field: String, _ start: String) throws {
        #expect(try Self.url("\(field)\r\n") == "\(start)/devtools/browser/1?ticket=t")
    }

    @Test func saysWssUnderTLS() throws {
        #expect(try Self.url("Host: a\r\n", isTLS: true) == "wss://a/devtools/browser/1?ticket=t")
    }

    @Test(arguments: [
        ("X-Forwarded-Proto: https", "wss://inner:9223"),
        ("X-Forwarded-Proto: WSS", "wss://inner:9223"),
        ("X-Forwarded-Proto: http", "ws://inner:9223"),
        ("X-Forwarded-Proto: https, http", "wss://inner:9223"),
        ("X-Forwarded-Proto: gopher", "ws://inner:9223"),
        ("X-Forwarded-Host: outer.example", "ws://outer.example"),
        ("X-Forwarded-Host: outer.example:8443 , b", "ws://outer.example:8443"),
        ("X-Forwarded-Host: [2001:db8::1]\r\nX-Forwarded-Proto: https", "wss://[2001:db8::1]"),
        ("X-Forwarded-Host: a/b", "ws://inner:9223"),
        ("X-Forwarded-Host: user@evil", "ws://inner:9223"),
        ("X-Forwarded-Host:", "ws://inner:9223"),
    ])
    func believesATrustedHopOnly(_ fields: String, _ start: String) throws {
        let fields = "Host: inner:9223\r\n\(fields)\r\n"
        #expect(try Self.url(fields, isTrustedProxy: true) == "\(start)/devtools/browser/1?ticket=t")
        #expect(try Self.url(fields, isTrustedProxy: false) == "ws://inner:9223/devtools/browser/1?ticket=t")
    }

    @Test func aTrustedHopMaySayPlainBeforeOurTLS() throws {
        let url = try Self.url("Host: a\r\nX-Forwarded-Proto: http\r\n", isTLS: true, isTrustedProxy: true)
        #expect(url == "ws://a/devtools/browser/1?ticket=t")
    }

    @Test func knowsNoAddressWithoutAHost() throws {
        let head = try makeHead("GET /json/version HTTP/1.0", fields: "")
        #expect(ExternalAddress(head, isTLS: false, isTrustedProxy: false) == nil)
    }

    @Test(arguments: [
        ("wss://cdp.example", "wss://cdp.example"),
        ("https://cdp.example:8443/", "wss://cdp.example:8443"),
        ("ws://[::1]:9223", "ws://[::1]:9223"),
    ])
    func takesAPublicURL(_ publicURL: String, _ start: String) throws {
        let address = ExternalAddress(try #require(PublicURL(publicURL)))
        #expect(address.socketURL(path: "/x", credential: .signingKey("a.b-_c")) == "\(start)/x?signingKey=a.b-_c")
    }

    @Test func encodesWhatAURLCannotHold() {
        #expect(URLCredential.ticket("a&b=c d/\u{e9}").parameter == "ticket=a%26b%3Dc%20d%2F%C3%A9")
    }

    @Test func printsNoCredential() {
        let credential = URLCredential.signingKey("secret")
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!"\(credential) \(String(reflecting: credential)) \(dumped)".contains("secret"))
    }
}
