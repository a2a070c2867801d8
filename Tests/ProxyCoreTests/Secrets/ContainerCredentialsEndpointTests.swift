import ProxyCore
import Testing

@Suite struct ContainerCredentialsEndpointTests {
    @Test(arguments: [
        "https://credentials.example/x", "http://127.0.0.1:51679/creds", "http://127.9.8.7/", "http://localhost:1/",
        "http://[::1]:80/x", "http://169.254.170.2/v2", "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials", "http://LOCALHOST/",
    ])
    func takesTheHostsOfTheStandardChain(text: String) {
        #expect(ContainerCredentialsEndpoint(full: text, authorization: .none) != nil)
    }

    @Test(arguments: [
        "http://example.com/", "http://169.254.169.254/", "http://127.1/", "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/", "http://example.com#@127.0.0.1/", "http://127.0.0.1\\@example.com/",
        "http://169.254.170.20/", "http://0x7f.0.0.1/", "http://127.0.0.01/", "ftp://127.0.0.1/", "127.0.0.1", "",
        "http://", "http://:80/", "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/",
        "http://[::1/", "http://[::1]x/", "http://%6cocalhost/", "http://local host/", "http://localhost/\r\nX: y",
    ])
    func refusesAnyOther(text: String) {
        #expect(ContainerCredentialsEndpoint(full: text, authorization: .none) == nil)
    }

    @Test(arguments: [("/v2/credentials/id?a=b", true), ("v2", false), ("@example.com/", false), ("", false)])
    func takesAPathOfTheECSAgent(path: String, isTaken: Bool) {
        let endpoint = ContainerCredentialsEndpoint(relative: path, authorization: .none)
        #expect((endpoint != nil) == isTaken)
        #expect(endpoint.map { $0.url.text == "http://169.254.170.2\(path)" } ?? true)
    }
}
