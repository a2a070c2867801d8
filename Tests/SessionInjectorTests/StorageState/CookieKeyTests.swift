import ProxyCore
import TestSupport
import Testing

@testable import SessionInjector

@Suite struct CookieKeyTests {
    private func key(_ cookie: String) throws -> CookieKey {
        var spelling = ChromeSpelling()
        let object = try #require(try JSONValue.parse(text: cookie).objectValue)
        return try CookieParameter(object, now: 0, spelling: &spelling).key
    }

    private func stored(_ cookie: String) throws -> CookieKey? {
        CookieKey(stored: try JSONValue.parse(text: cookie))
    }

    @Test func aKeyMatchesItsCookieInTheJar() throws {
        let sent = try key(
            #"{"name":"n","value":"v","domain":".A.test","path":"/","partitionKey":"https://top.test","secure":true}"#
        )
        let answer = """
            {"name":"n","value":"v","domain":".a.test","path":"/","expires":-1,"size":2,
            "partitionKey":{"topLevelSite":"https://top.test","hasCrossSiteAncestor":true}}
            """
        #expect(try stored(answer) == sent)
        #expect(try key(#"{"name":"n","value":"v","domain":".A.test"}"#) != sent)
        #expect(try stored(#"{"name":"n","value":"v","domain":".a.test"}"#) == nil)
    }

    @Test func textIsComparedByteForByte() throws {
        let composed = try key(#"{"name":"\u00e9","value":"v","domain":"a.test"}"#)
        let decomposed = try key(#"{"name":"e\u0301","value":"v","domain":"a.test"}"#)
        #expect(composed != decomposed)
    }

    @Test func aPartitionIsAlsoTriedWithoutItsFirstLabels() throws {
        let text =
            #"{"name":"n","value":"v","domain":"a.test","partitionKey":"https://www.x.co.uk:444/p","secure":true}"#
        let hosts = try key(text).storedCandidates.map(\.partition?.host)
        #expect(hosts == ["www.x.co.uk", "x.co.uk", "co.uk", "uk"])
    }

    @Test func aLongHostHasFewCandidateKeys() throws {
        let host = Array(repeating: "a", count: 126).joined(separator: ".")
        let text = #"{"name":"n","value":"v","domain":"a.test","partitionKey":"https://\#(host)","secure":true}"#
        #expect(try key(text).storedCandidates.count == 7)
    }

    /// Cookies that differ in one part only must have different hashes, or a dictionary's work grows with their square.
    @Test(arguments: [
        #""name":"n#","domain":"a.test""#, #""name":"n","domain":"a#.test""#,
        #""name":"n","domain":"a.test","path":"/#""#,
        #""name":"n","domain":"a.test","partitionKey":"https://t#.test""#,
        #""name":"n","domain":"a.test","partitionKey":{"topLevelSite":"http://t#.test","hasCrossSiteAncestor":false}"#,
    ])
    func everyPartIsHashed(members: String) throws {
        let count = 2000
        var hashes: Set<Int> = []
        for number in 0..<count {
            let text = members.replacing("#", with: String(number))
            hashes.insert(try key(#"{"value":"v","secure":true,\#(text)}"#).hashValue)
        }
        #expect(hashes.count == count)
    }

    @Test func hostOnlyIsHashed() throws {
        let host = try key(#"{"name":"n","value":"v","domain":"a.test"}"#)
        let all = try key(#"{"name":"n","value":"v","domain":".a.test"}"#)
        #expect(host != all)
        #expect(host.hashValue != all.hashValue)
        #expect(all.hostOnly == host)
    }
}
