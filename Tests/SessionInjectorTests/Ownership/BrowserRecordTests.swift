import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct BrowserRecordTests {
    private static let holding = BrowserHolding(
        session: BrowserClaim.Session(id: "row", userID: "ü \" a"),
        sessionID: "s1"
    )

    @Test(arguments: [
        BrowserRecord.bare(BrowserVisitors()),
        .bare(
            BrowserVisitors([BrowserCaller(userID: "a", sessionID: nil), BrowserCaller(userID: nil, sessionID: "s")])
        ),
        .bare(BrowserVisitors([], hasMore: true)), .injecting(holding), .holding(holding),
        .holding(BrowserHolding(session: BrowserClaim.Session(id: "r", userID: "u"), sessionID: nil)),
    ])
    func aRecordSurvivesItsJSON(_ record: BrowserRecord) throws {
        let text = String(decoding: record.json.serialized(), as: UTF8.self)
        #expect(BrowserRecord(json: try JSONValue.parse(text: text)) == record)
    }

    @Test(arguments: [
        "{}", "[]", "null", #"{"state":"other"}"#, #"{"state":"bare"}"#, #"{"state":"holding","stored":"row"}"#,
        #"{"state":"bare","callers":[1],"more":false}"#, #"{"state":"injecting","user":"u"}"#,
    ])
    func otherJSONIsNotARecord(_ text: String) throws {
        #expect(BrowserRecord(json: try JSONValue.parse(text: text)) == nil)
    }
}
