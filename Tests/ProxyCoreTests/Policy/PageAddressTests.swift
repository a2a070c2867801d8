import Testing

@testable import ProxyCore

@Suite struct PageAddressTests {
    private let addresses = PageAddress(closedPorts: [9222, 9223, 9224])

    @Test(arguments: [
        "http://example.com", "https://example.com:9222/", "HTTPS://user:pass@example.com/a?b#c", "about:blank",
        "ABOUT:blank",
        "data:text/html,<p>x", "blob:https://example.com/0-1", "http://127.0.0.1:8080/", "http://localhost:3000",
        "http:example.com",
        "https://bücher.example/", "http://[2001:db8::1]:9222/", "http://10.0.0.1:9222/", "http://192.168.1.1",
        " https://example.com",
        "http://example.com\\path", "http://0x7f.example.com:9222/", "http://my_host.internal/", "http://127.0.0.1:/",
    ])
    func pagesMayGoToTheWeb(address: String) {
        #expect(addresses.isOpen(address))
    }

    @Test(arguments: [
        "", "example.com", "/path", "file:///etc/passwd", "FILE:///etc/passwd", "view-source:https://example.com",
        "chrome://version",
        "devtools://devtools/bundled/inspector.html", "javascript:alert(1)", "about:version", "about:blank#x",
        "about:srcdoc",
        "ftp://example.com", "ws://127.0.0.1:9222/devtools/browser", "filesystem:https://example.com/x",
        "chrome-extension://x/y",
        "\tfile:///etc/passwd", "fi\nle:///etc/passwd", "ht\ttp://127.0.0.1:9222/", "http://127.0.0.1:92\n22/",
        "\u{0}about:blank",
    ])
    func noPageLeavesTheWeb(address: String) {
        #expect(!addresses.isOpen(address))
    }

    @Test(arguments: [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "017700000001", "0177.0.0.1",
        "127.0.0.1.", "127.2.3.4",
        "0.0.0.0", "0", "0x0", "0x", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
        "localhost",
        "LOCALHOST", "localhost.", "a.localhost", "%31%32%37.0.0.1", "loc%61lhost", "user@127.0.0.1", "a:b@localhost",
        "x@y@127.1",
    ])
    func thePortsOfThisMachineAreClosed(host: String) {
        for port in [9222, 9223, 9224] {
            for form in [
                "http://\(host):\(port)/json/version", "https:\(host):\(port)", "http:\\\\\(host):\(port)?x",
                "http:///\(host):\(port)#",
            ] {
                #expect(!addresses.isOpen(form), "\(form)")
            }
        }
        #expect(addresses.isOpen("http://\(host):8080/"))
    }

    @Test(arguments: [
        "169.254.169.254", "169.254.170.2", "0xA9FEA9FE", "2852039166", "[fd00:ec2::254]", "[fd00:ec2::23]",
        "[::ffff:169.254.169.254]",
        "[fe80::1]", "metadata.google.internal", "METADATA.google.internal.", "100.100.100.200", "168.63.129.16",
    ])
    func noPageGoesWhereCredentialsAreHandedOut(host: String) {
        for address in ["http://\(host)/", "http://\(host):8080/latest/meta-data", "https://\(host)"] {
            #expect(!addresses.isOpen(address), "\(address)")
        }
    }

    /// Browsers refuse these, or replace a character by another: nothing is left to guess.
    @Test(arguments: [
        "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "ⓛocalhost", "localhost\u{AD}", "256.0.0.1", "127.0.0.0.1", "1.2.3.4.5",
        "0x1ffffffff",
        "[::1", "[::1%25lo]", "a b", "a<b", "%zz", "", ".", "user@", "[1.2.3.4]",
    ])
    func aHostThatIsReadOtherwiseIsRefused(host: String) {
        #expect(!addresses.isOpen("http://\(host):9222/"))
        #expect(!addresses.isOpen("http://\(host)/"))
    }

    @Test(arguments: [
        "http://example.com:99999/", "http://example.com:x/", "http://example.com:-1/", "http://example.com:80:80/",
    ])
    func aPortThatIsNoneIsRefused(address: String) {
        #expect(!addresses.isOpen(address))
    }
}
