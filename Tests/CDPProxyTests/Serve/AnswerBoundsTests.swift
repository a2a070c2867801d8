import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// How much of an answer of Chrome's is taken: as much as such an answer needs, and no more of memory than it may become.
@Suite struct AnswerBoundsTests {
    private static let endpoints: [(line: String, endpoint: JSONEndpoint)] = [
        ("GET /json/version", .version), ("GET /json/list", .list), ("GET /json/protocol", .protocol),
        ("PUT /json/new", .new(url: [])), ("GET /json/activate/PAGE1", .activate(id: "PAGE1")),
        ("GET /json/close/PAGE1", .close(id: "PAGE1")),
    ]

    /// Every route, so that none can be added without a bound.
    @Test func aRouteThatAnybodyMayAskHasTheLeast() {
        for (_, endpoint) in Self.endpoints {
            switch endpoint {
            case .version, .activate, .close: #expect(endpoint.longestAnswer == 64 << 10)
            case .new: #expect(endpoint.longestAnswer == 1 << 20)
            case .protocol: #expect(endpoint.longestAnswer == 8 << 20)
            case .list: #expect(endpoint.longestAnswer == 32 << 20)
            }
            #expect(endpoint.mostMemory <= 2 * endpoint.longestAnswer)
        }
    }

    @Test(arguments: endpoints.indices) func aLongerAnswerIsRefusedBeforeItHasCome(_ index: Int) async throws {
        let (line, endpoint) = Self.endpoints[index]
        try await withProxy { (proxy: ProxyHarness) async throws in
            let length = endpoint.longestAnswer + 1
            proxy.chrome.script = { _ in .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n{}".utf8)) }
            let answer = try await proxy.askAdmitted(line)
            #expect(answer.status == 502)
            #expect(answer.errorDescription == "Chrome's answer is longer than the proxy takes")
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == ["chrome_answer_too_long"])
        }
    }

    @Test func anAnswerWithoutALengthIsReadNoFurther() async throws {
        try await withProxy(timeouts: HandshakeTimeouts(chrome: .seconds(60))) { (proxy: ProxyHarness) async throws in
            let space = [UInt8](repeating: 0x20, count: JSONEndpoint.version.longestAnswer + 1)
            proxy.chrome.script = { _ in .raw(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + space) }
            #expect(try await proxy.askAdmitted("GET /json/version").status == 502)
            #expect(try await proxy.ask("GET /health").status == 503)
            let reasons = proxy.log.lines("connection_refused").map { $0["reason"] }
            #expect(reasons == ["chrome_answer_too_long"])
        }
    }

    @Test func theLongestAnswerIsTaken() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            let usual = #"{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/devtools/browser/B"}"#
            let space = [UInt8](repeating: 0x20, count: JSONEndpoint.version.longestAnswer - usual.utf8.count)
            for head in ["", "Content-Length: \(JSONEndpoint.version.longestAnswer)\r\n"] {
                let answer = Array("HTTP/1.1 200 OK\r\n\(head)\r\n\(usual)".utf8) + space
                proxy.chrome.script = { _ in .last(answer) }
                #expect(try await proxy.askAdmitted("GET /json/version").status == 200)
            }
        }
    }

    @Test func anAnswerThatWouldBecomeTooMuchIsRefused() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            let body = Array(#"{"a":[\#(String(repeating: #"{"":0},"#, count: 9_000))0]}"#.utf8)
            #expect(body.count < JSONEndpoint.version.longestAnswer)
            proxy.chrome.script = { _ in .raw(ScriptedChrome.response(200, body)) }
            #expect(try await proxy.askAdmitted("GET /json/version").status == 502)
            #expect(proxy.log.lines("connection_refused").map { $0["reason"] } == ["chrome_answer_too_long"])
        }
    }

    /// What pages make of the list says nothing of whether Chrome is up.
    @Test(arguments: ["too long", "silence", "garbage"]) func aListThatFailsIsNoChromeThatIsDown(
        _ case: String
    ) async throws {
        let timeouts = HandshakeTimeouts(chrome: .seconds(`case` == "silence" ? 1 : 60), probe: .zero)
        try await withProxy(timeouts: timeouts) { (proxy: ProxyHarness) async throws in
            let tooLong = "HTTP/1.1 200 OK\r\nContent-Length: \(40 << 20)\r\n\r\n["
            let replies: [String: ScriptedChrome.Reply] = [
                "too long": .raw(Array(tooLong.utf8)), "silence": .silence, "garbage": .last(Array("?\r\n\r\n".utf8)),
            ]
            let reply = try #require(replies[`case`])
            proxy.chrome.script = { $0.target == "/json/list" ? reply : .usual }
            #expect(try await proxy.ask("GET /health").status == 200)
            #expect(try await proxy.askAdmitted("GET /json/list").status == 502)
            #expect(try await proxy.ask("GET /health").status == 200)
            #expect(try await proxy.askAdmin("GET /ready").status == 200)
            #expect(try await proxy.metrics()["cdp_proxy_chrome_up"] == 1)
            proxy.chrome.script = { _ in .usual }
            #expect(try await proxy.askAdmitted("GET /json/list").status == 200)
        }
    }
}
