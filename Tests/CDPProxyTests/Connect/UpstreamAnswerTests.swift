import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct UpstreamAnswerTests {
    private static let listener = Authority("localhost:9222")

    private static func make(_ status: String, fields: String = "", body: String = "") throws -> UpstreamAnswer {
        var parser = ResponseHeadParser()
        let text = "HTTP/1.1 \(status)\r\n\(fields)\r\n"
        let head = try #require(try parser.parse(Array(text.utf8).span))
        return UpstreamAnswer(head, body: Array(body.utf8))
    }

    private static func leading(_ body: String, _ shape: DevToolsJSON.Shape) throws -> String {
        let answer = try make("200 OK", body: body)
        return text(try answer.leading(to: #require(listener), shape, atMost: 1 << 20).body)
    }

    @Test(
        arguments: [
            ("wss://cdp.example/devtools/browser?ticket=abc", "ws://localhost:9222/devtools/browser"),
            ("ws://cdp.example:9223/devtools/browser", "ws://localhost:9222/devtools/browser"),
            ("wss://cdp.example/devtools/page/A-1?signingKey=a.b.c", "ws://localhost:9222/devtools/page/A-1"),
            ("ws://h/devtools/page/A", "ws://localhost:9222/devtools/page/A"),
        ]
    )
    func leadsBackToTheListener(url: String, local: String) throws {
        let body = #"{"a":1,"devtoolsFrontendUrl":"https://x/?ws=h","webSocketDebuggerUrl":"\#(url)"}"#
        #expect(try Self.leading(body, .object) == #"{"a":1,"webSocketDebuggerUrl":"\#(local)"}"#)
        let listed = #"[{"id":"A","webSocketDebuggerUrl":"\#(url)"},{"id":"B"}]"#
        #expect(
            try Self.leading(listed, .list) == #"[{"id":"A","webSocketDebuggerUrl":"\#(local)"},{"id":"B"}]"#
        )
    }

    @Test(
        arguments: [
            "", "[]", "{}", "no JSON", #"{"webSocketDebuggerUrl":1}"#,
            #"{"webSocketDebuggerUrl":"http://h/devtools/page/A"}"#,
            #"{"webSocketDebuggerUrl":"ws://h/"}"#, #"{"webSocketDebuggerUrl":"ws://h/devtools/page/A/B"}"#,
            #"{"webSocketDebuggerUrl":"ws://h/devtools/page"}"#,
            #"{"webSocketDebuggerUrl":"ws://h/devtools/page/A#b"}"#,
        ]
    )
    func refusesWhatIsNoProxys(body: String) throws {
        #expect(throws: UpstreamFailure.malformedAnswer) { try Self.leading(body, .object) }
    }

    @Test func passesRefusalsOn() throws {
        let fields = "Retry-After: 5\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\nX-Else: 1\r\n"
        let answer = try Self.make("503 Busy", fields: fields, body: "{}")
        let sent = text(try answer.unchanged().serialized())
        #expect(sent.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=UTF-8\r\n"))
        #expect(sent.contains("\r\nRetry-After: 5\r\n"))
        #expect(!sent.contains("Set-Cookie") && !sent.contains("X-Else"))
        #expect(try answer.leading(to: #require(Self.listener), .object, atMost: 1).status == .serviceUnavailable)
    }

    @Test(arguments: [("301 Moved", 301), ("418 I am a teapot", 418), ("101 Switching", 101)] as [(String, UInt16)])
    func refusesOtherStatuses(line: String, status: UInt16) throws {
        let answer = try Self.make(line)
        #expect(throws: UpstreamFailure.status(status)) { try answer.unchanged() }
    }
}
