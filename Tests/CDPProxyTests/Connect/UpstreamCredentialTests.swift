import ProxyCore
import Settings
import Testing

@testable import CDPProxy

@Suite struct UpstreamCredentialTests {
    private static func request(_ token: String) throws -> String {
        let authority = try #require(Authority("cdp.example:9223"))
        let credential = try UpstreamCredential(
            from: .environment,
            for: authority,
            Environment(["CDP_PROXY_TOKEN": token]),
            Notices { _ in }
        )
        return text(OutgoingRequest.bytes("GET", target: "/json/version".utf8, to: credential.recipient))
    }

    @Test func aTokenGoesIntoAuthorization() throws {
        #expect(
            try Self.request(" a.b.c\n")
                == "GET /json/version HTTP/1.1\r\nHost: cdp.example:9223\r\nAuthorization: Bearer a.b.c\r\n"
                + "Connection: close\r\n\r\n"
        )
    }

    @Test func anAPIKeyHasAFieldOfItsOwn() throws {
        let key = APIKey.random().reveal()
        #expect(try Self.request(key).contains("\r\nHost: cdp.example:9223\r\nX-API-Key: \(key)\r\n"))
    }

    @Test(arguments: [" ", "two words", "line\r\nX: y", "tab\tx", "é", String(repeating: "x", count: 8193)])
    func refusesWhatIsNoCredential(text: String) {
        #expect(throws: StartError.self) { try Self.request(text) }
    }

    @Test func showsNothingOfItself() throws {
        let authority = try #require(Authority("h"))
        let recipient = RequestRecipient(proxy: authority, "Authorization", SecretBytes(utf8: "Bearer secret"))
        #expect(!"\(recipient)".contains("secret") && !String(reflecting: recipient).contains("secret"))
    }

    @Test func sourcesAreNamed() {
        let names: [(String?, String)] = [(nil, "CDP_PROXY_TOKEN"), ("-", "--token-file -"), ("/t", "--token-file /t")]
        for (option, name) in names { #expect(UpstreamCredential.Source(tokenFile: option).description == name) }
    }
}
