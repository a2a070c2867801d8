import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct CookieJarTests {
    private func count(_ cookies: String, in jar: String) throws -> Int {
        let state = try StorageState(parsing: Array("{\"cookies\":[\(cookies)]}".utf8))
        let plan = InjectionPlan(state, now: 0)
        return CookieJar(try JSONValue.parse(text: "{\"cookies\":[\(jar)]}")).count(plan.cookies)
    }

    private static func partitioned(_ value: String, _ site: String) -> String {
        #"{"name":"n","value":"\#(value)","domain":"a.test","path":"/","secure":true,"partitionKey":"#
            + #"{"topLevelSite":"\#(site)","hasCrossSiteAncestor":true}}"#
    }

    private static func plain(_ value: String, _ domain: String) -> String {
        #"{"name":"n","value":"\#(value)","domain":"\#(domain)","path":"/"}"#
    }

    @Test func aHostOnlyCookieIsNotADomainCookie() throws {
        let both = "\(Self.plain("host", "a.test")),\(Self.plain("all", ".a.test"))"
        #expect(try count(both, in: both) == 2)
        #expect(try count(both, in: Self.plain("all", ".a.test")) == 1)
        #expect(try count(both, in: Self.plain("host", "a.test")) == 1)
        #expect(try count(both, in: "\(Self.plain("all", "a.test")),\(Self.plain("host", ".a.test"))") == 0)
    }

    @Test func aCookieForAPublicSuffixIsKeptForThatHost() throws {
        #expect(try count(Self.plain("v", ".co.uk"), in: Self.plain("v", "co.uk")) == 1)
        #expect(try count(Self.plain("v", ".co.uk"), in: Self.plain("w", "co.uk")) == 0)
    }

    @Test(arguments: [
        ("https://www.top.test:8443/x", "https://top.test", 1), ("https://a.b.github.io", "https://b.github.io", 1),
        ("https://top.test", "https://www.top.test", 0), ("http://top.test", "https://top.test", 0),
    ])
    func aPartitionIsKeptAsItsSite(site: String, kept: String, found: Int) throws {
        #expect(try count(Self.partitioned("v", site), in: Self.partitioned("v", kept)) == found)
    }

    @Test func cookiesThatAreOneToChromeCountByTheLastValue() throws {
        let cookies = "\(Self.partitioned("1", "https://www.t.test")),\(Self.partitioned("2", "https://t.test"))"
        #expect(try count(cookies, in: Self.partitioned("2", "https://t.test")) == 2)
        #expect(try count(cookies, in: Self.partitioned("1", "https://t.test")) == 0)
    }

    @Test(arguments: [
        "{}", "7", #"{"name":"n","value":"v","domain":"a.test"}"#, #"{"name":"n","domain":"a.test","path":"/"}"#,
    ])
    func elementsThatAreNotCookiesAreIgnored(member: String) throws {
        #expect(try count(Self.plain("v", "a.test"), in: "\(member),\(Self.plain("v", "a.test"))") == 1)
    }
}
