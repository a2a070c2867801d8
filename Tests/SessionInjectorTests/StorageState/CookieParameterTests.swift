import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct CookieParameterTests {
    /// A valid cookie with some members replaced.
    private func make(_ changes: String = "{}") throws -> JSONObject {
        var cookie = try #require(
            try JSONValue.parse(text: #"{"name":"n","value":"v","domain":"a.test","path":"/"}"#).objectValue
        )
        for member in try #require(try JSONValue.parse(text: changes).objectValue) {
            cookie[try #require(member.name.text)] = member.value
        }
        return cookie
    }

    private func cookie(_ changes: String, now: Timestamp = 0) throws -> CookieParameter {
        var spelling = ChromeSpelling()
        return try CookieParameter(try make(changes), now: now, spelling: &spelling)
    }

    @Test(arguments: [
        (#"{}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"secure":true,"httpOnly":true}"#, #"{"secure":true,"httpOnly":true}"#),
        (#"{"domain":".A.Test","path":"/x"}"#, #"{"domain":".a.test","path":"/x","secure":false,"httpOnly":false}"#),
        (#"{"path":""}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"path":"/a b\u0001ä"}"#, #"{"path":"/a b\u0001ä","secure":false,"httpOnly":false}"#),
        (#"{"domain":"a.test:80"}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"domain":".127.0.0.1"}"#, #"{"domain":"127.0.0.1","secure":false,"httpOnly":false}"#),
        (#"{"domain":".Bücher.example"}"#, #"{"domain":".bücher.example","secure":false,"httpOnly":false}"#),
        (#"{"domain":"a.test","url":"https://b.test/x"}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":1e300}"#, #"{"secure":false,"httpOnly":false,"expires":1e+297}"#),
        (#"{"expires":-1e300}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":1e400}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":"soon"}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":-1}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":0}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":null}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"expires":2000000000.5}"#, #"{"secure":false,"httpOnly":false,"expires":2000000000.5}"#),
        (#"{"expires":2000000000500}"#, #"{"secure":false,"httpOnly":false,"expires":2000000000.5}"#),
        (#"{"sameSite":"Strict"}"#, #"{"secure":false,"httpOnly":false,"sameSite":"Strict"}"#),
        (#"{"sameSite":"lax"}"#, #"{"secure":false,"httpOnly":false,"sameSite":"Lax"}"#),
        (#"{"sameSite":"no_restriction","secure":true}"#, #"{"secure":true,"httpOnly":false,"sameSite":"None"}"#),
        (#"{"sameSite":"None","secure":true}"#, #"{"secure":true,"httpOnly":false,"sameSite":"None"}"#),
        (#"{"sameSite":"unspecified"}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"sameSite":""}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"sourceScheme":"Secure","sourcePort":443,"size":9,"session":true}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"priority":"High"}"#, #"{"secure":false,"httpOnly":false,"priority":"High"}"#),
        (#"{"priority":"Other"}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"partitionKey":null}"#, #"{"secure":false,"httpOnly":false}"#),
        (#"{"partitionKey":""}"#, #"{"secure":false,"httpOnly":false}"#),
        (
            #"{"partitionKey":"https://top.test","secure":true}"#,
            #"{"secure":true,"httpOnly":false,"partitionKey":{"topLevelSite":"https://top.test","hasCrossSiteAncestor":true}}"#
        ),
        (
            #"{"partitionKey":"https://top.test","_crHasCrossSiteAncestor":false,"secure":true}"#,
            #"{"secure":true,"httpOnly":false,"partitionKey":{"topLevelSite":"https://top.test","hasCrossSiteAncestor":false}}"#
        ),
        (
            #"{"partitionKey":{"topLevelSite":"https://top.test"},"secure":true}"#,
            #"{"secure":true,"httpOnly":false,"partitionKey":{"topLevelSite":"https://top.test","hasCrossSiteAncestor":true}}"#
        ), (#"{"name":""}"#, #"{"name":"","secure":false,"httpOnly":false}"#),
        (#"{"name":"__Host-a","secure":true}"#, #"{"name":"__Host-a","secure":true,"httpOnly":false}"#),
        (
            #"{"name":"__Http-a","secure":true,"httpOnly":true}"#,
            #"{"name":"__Http-a","secure":true,"httpOnly":true}"#
        ),
    ])
    func cookiesAreMapped(changes: String, expected: String) throws {
        let parameter = try cookie(changes, now: 1_800_000_000).parameter
        #expect(parameter == .object(try make(expected)))
    }

    @Test(arguments: [
        (#"{"name":null}"#, CookieProblem.missingName), (#"{"value":5}"#, .missingName),
        (#"{"name":"","value":""}"#, .missingName), (#"{"value":"\ud800"}"#, .missingName),
        (#"{"domain":null}"#, .domain), (#"{"domain":""}"#, .domain), (#"{"domain":"a b"}"#, .domain),
        (#"{"domain":"..a.test"}"#, .domain), (#"{"domain":"http://a.test"}"#, .domain),
        (#"{"domain":null,"url":"about:blank"}"#, .domain), (#"{"domain":null,"url":"file:///x"}"#, .domain),
        (#"{"domain":null,"url":"a.test"}"#, .domain), (#"{"domain":null,"url":5}"#, .domain),
        (#"{"path":"x"}"#, .path), (#"{"path":"/a\u0000"}"#, .path), (#"{"path":"/a\nb"}"#, .path),
        (#"{"path":"/a;b"}"#, .path), (#"{"path":"/a "}"#, .path), (#"{"path":"/a\t"}"#, .path),
        (#"{"name":"","value":"a=b"}"#, .characters), (#"{"name":"","value":"__Host-x"}"#, .prefix),
        (#"{"name":"a=b"}"#, .characters),
        (#"{"name":"a;b"}"#, .characters), (#"{"value":"a;b"}"#, .characters), (#"{"value":"a\nb"}"#, .characters),
        (#"{"value":"a\u0000"}"#, .characters), (#"{"value":"a\tb"}"#, .characters),
        (#"{"value":"\u007f"}"#, .characters),
        (#"{"value":" a"}"#, .characters), (#"{"name":"a "}"#, .characters), (#"{"expires":1799999999}"#, .expired),
        (#"{"expires":1799999999000}"#, .expired), (#"{"name":"__Secure-a"}"#, .prefix),
        (#"{"name":"__Host-a","secure":true,"domain":".a.test"}"#, .prefix),
        (#"{"name":"__Host-a","secure":true,"path":"/x"}"#, .prefix), (#"{"name":"__host-a"}"#, .prefix),
        (#"{"name":"__Http-a","secure":true}"#, .prefix), (#"{"sameSite":"None"}"#, .sameSiteNone),
        (#"{"partitionKey":"https://top.test"}"#, .partition),
        (#"{"partitionKey":"garbage","secure":true}"#, .partition),
        (#"{"partitionKey":7,"secure":true}"#, .partition),
    ])
    func cookiesThatNoBrowserKeepsAreLeftOut(changes: String, problem: CookieProblem) throws {
        #expect(throws: problem) { try cookie(changes, now: 1_800_000_000) }
    }

    @Test(arguments: [(4095, true), (4096, false)])
    func theSizeLimitIsTheOneOfChrome(length: Int, fits: Bool) throws {
        var spelling = ChromeSpelling()
        var cookie = try make()
        cookie["value"] = JSONValue(String(repeating: "x", count: length))
        let mapped = try? CookieParameter(cookie, now: 0, spelling: &spelling)
        #expect((mapped != nil) == fits)
    }

    @Test(arguments: [(1023, true), (1024, false)])
    func thePathLimitIsTheOneOfChrome(length: Int, fits: Bool) throws {
        var spelling = ChromeSpelling()
        var cookie = try make()
        cookie["path"] = JSONValue("/" + String(repeating: "x", count: length))
        let mapped = try? CookieParameter(cookie, now: 0, spelling: &spelling)
        #expect((mapped != nil) == fits)
    }

    /// As in Playwright: the URL's host, its path up to the last slash, and Secure for an https URL.
    @Test(arguments: [
        ("https://a.test", "a.test", "/", true), ("http://A.test:8080/x/y?z=/1#/2", "a.test", "/x/", false),
        ("https://a.test/x/", "a.test", "/x/", true), ("http://[::1]:9/a/b/c", "[::1]", "/a/b/", false),
        ("https://a.test?x", "a.test", "/", true),
    ])
    func aURLMayReplaceTheDomain(url: String, domain: String, path: String, isSecure: Bool) throws {
        let parameter = try cookie(#"{"domain":null,"path":null,"url":"\#(url)"}"#).parameter
        #expect(parameter["domain"]?.stringValue == domain)
        #expect(parameter["path"]?.stringValue == path)
        #expect(parameter["secure"]?.boolValue == isSecure)
        #expect(parameter["url"] == nil)
    }
}
