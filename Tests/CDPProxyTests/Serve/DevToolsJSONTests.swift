import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct DevToolsJSONTests {
    /// An entry of `/json/list` as Chromium 156 writes it.
    private static func makeTarget(_ id: String, type: String = "page", title: String = "A \\\"page\\\"") -> String {
        """
        {
           "description": "",
           "devtoolsFrontendUrl": "https://chrome-devtools-frontend.appspot.com/x.html?ws=127.0.0.1:9222/devtools/page/\(id)",
           "id": "\(id)",
           "title": "\(title)",
           "type": "\(type)",
           "url": "about:blank",
           "webSocketDebuggerUrl": "ws://127.0.0.1:9222/devtools/page/\(id)"
        }
        """
    }

    private static let version = """
        {
           "Browser": "Chrome/156.0.8078.79",
           "Protocol-Version": "1.3",
           "webSocketDebuggerUrl": "ws://127.0.0.1:9222/devtools/browser/31e3218f-3973-47e4-b621-3e3dbb1b2149"
        }
        """

    private static func make(_ body: String, _ shape: DevToolsJSON.Shape) throws -> DevToolsJSON {
        try DevToolsJSON(Array(body.utf8), shape: shape)
    }

    @Test func rewritesTheBrowsersURL() throws {
        let answer = try Self.make(Self.version, .object)
        let bytes = answer.serialized { "wss://proxy.example\($0)?signingKey=a.b.c" }
        #expect(
            text(bytes)
                == #"{"Browser":"Chrome/156.0.8078.79","Protocol-Version":"1.3","webSocketDebuggerUrl":"#
                + #""wss://proxy.example/devtools/browser/31e3218f-3973-47e4-b621-3e3dbb1b2149?signingKey=a.b.c"}"#
        )
    }

    @Test func givesEveryEntryALinkOfItsOwnAndNoFrontend() throws {
        let answer = try Self.make("[ \(Self.makeTarget("A1")), \(Self.makeTarget("B2", title: "\\u00e9"))]", .list)
        var tickets = 0
        let bytes = answer.serialized { path in
            tickets += 1
            return "ws://p\(path)?ticket=\(tickets)"
        }
        #expect(
            text(bytes)
                == #"[{"description":"","id":"A1","title":"A \"page\"","type":"page","url":"about:blank","#
                + #""webSocketDebuggerUrl":"ws://p/devtools/page/A1?ticket=1"},"#
                + #"{"description":"","id":"B2","title":"é","type":"page","url":"about:blank","#
                + #""webSocketDebuggerUrl":"ws://p/devtools/page/B2?ticket=2"}]"#
        )
    }

    @Test func handsOnWhatTheLinkThrows() throws {
        struct Refused: Error, Equatable {}
        let answer = try Self.make(Self.version, .object)
        #expect(throws: Refused()) { try answer.serialized { _ throws(Refused) in throw Refused() } }
    }

    @Test func dropsTheCompatibleFrontendToo() throws {
        let body = #"{"devtoolsFrontendUrlCompat":"https://x/?ws=1","webSocketDebuggerUrl":"ws://h/devtools/page/A"}"#
        let bytes = try Self.make(body, .object).serialized { _ in "ws://p" }
        #expect(text(bytes) == #"{"webSocketDebuggerUrl":"ws://p"}"#)
    }

    @Test func keepsEntriesWithoutASocket() throws {
        let answer = try Self.make(#"[{"id":"A","type":"page"}]"#, .list)
        #expect(answer.firstSocketPath == nil)
        #expect(answer.firstPagePath == nil)
        #expect(text(answer.serialized { _ in "never" }) == #"[{"id":"A","type":"page"}]"#)
    }

    @Test func findsTheBrowserAndTheFirstPage() throws {
        let browser = try Self.make(Self.version, .object).firstSocketPath
        #expect(browser == "/devtools/browser/31e3218f-3973-47e4-b621-3e3dbb1b2149")
        let list = "[\(Self.makeTarget("A", type: "browser_ui")),\(Self.makeTarget("B")),\(Self.makeTarget("C"))]"
        #expect(try Self.make(list, .list).firstPagePath == "/devtools/page/B")
        #expect(try Self.make("[]", .list).firstPagePath == nil)
        #expect(text(try Self.make("[]", .list).serialized { _ in "" }) == "[]")
    }

    @Test func websitesAreToldFromTheBrowsersOwnPages() throws {
        let others = ["browser_ui", "background_page", "webview", "other", "a new one"]
        let entries = (others + ["page", "service_worker"]).enumerated().map { Self.makeTarget("A\($0)", type: $1) }
        let websites = try Self.make("[\(entries.joined(separator: ","))]", .list).ofWebsites
        #expect(websites.socketPaths == ["/devtools/page/A5", "/devtools/page/A6"])
        // Where a policy blocks it, Chromium lists its interface as pages.
        let blocked = #"[{"type":"page","url":"chrome://omnibox-popup.top-chrome/"}]"#
        #expect(text(try Self.make(blocked, .list).ofWebsites.serialized { _ in "" }) == "[]")
    }

    @Test(arguments: [
        ("", DevToolsJSON.Shape.object, DevToolsJSONError.notJSON),
        ("<html>", .object, .notJSON),
        ("{\"a\":1", .object, .notJSON),
        ("{\"a\":1,\"a\":2}", .object, .notJSON),
        ("\u{feff}{}", .object, .notJSON),
        ("No such target id: X", .object, .notJSON),
        ("{}", .object, .unexpectedShape),
        ("[]", .object, .unexpectedShape),
        ("null", .list, .unexpectedShape),
        ("{}", .list, .unexpectedShape),
        ("[1]", .list, .unexpectedShape),
        (#"{"webSocketDebuggerUrl":1}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":""}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"http://h/devtools/page/A"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/devtools/page/"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/devtools/page/A?x"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/devtools/page/A\r\nX: y"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/devtools/../A"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/json/page/A"}"#, .object, .unexpectedSocketURL),
        (#"{"webSocketDebuggerUrl":"ws://h/devtools/page/A/B"}"#, .object, .unexpectedSocketURL),
    ])
    func refusesWhatChromeWouldNotSay(_ body: String, _ shape: DevToolsJSON.Shape, _ error: DevToolsJSONError) {
        #expect(throws: error) { try Self.make(body, shape) }
    }
}
