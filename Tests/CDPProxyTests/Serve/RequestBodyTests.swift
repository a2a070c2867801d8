import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// A small body is read and dropped where Chrome does so, on `/json` and below; framing stays as strict as everywhere.
@Suite struct RequestBodyTests {
    private static let token = "Authorization: Bearer \(Tokens.make())"

    @Test(arguments: [
        ("GET /json/version", 4), ("GET /json/list", 1), ("PUT /json/new?about:blank", 2), ("get /json", 16 * 1024),
        ("GET /json/protocol/", 16 * 1024), ("GET /?/json/list", 4),
    ])
    func isDropped(_ line: String, _ length: Int) async throws {
        try await withProxy { proxy in
            // Whole, behind the head, or in pieces.
            let head = WireClient.head(line, [Self.token, "Content-Length: \(length)"])
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: length)
            for pieces in [
                [Array(head.utf8) + body], [Array(head.utf8), body],
                [Array(head.utf8) + body.prefix(1), Array(body.dropFirst())],
            ] {
                let client = try await proxy.client()
                for piece in pieces where !piece.isEmpty { try await client.send(piece) }
                #expect(try await client.answer().status == 200)
            }
            #expect(proxy.chrome.requests.allSatisfy { $0.value(of: "Content-Length") == nil })
        }
    }

    @Test(arguments: [
        ("GET /json/version", ["Content-Length: 16385"], 413), ("GET /json", ["Content-Length: 99999999999"], 413),
        ("GET /json/version", ["Transfer-Encoding: chunked"], 413),
        ("GET /json/version", ["Transfer-Encoding: gzip"], 501),
        ("GET /json/version", ["Content-Length: 4", "Content-Length: 4"], 400),
        ("GET /json", ["Content-Length: +4"], 400),
        ("GET /json/version", ["Content-Length: 4", "Transfer-Encoding: chunked"], 400),
        ("POST /ticket", ["Content-Length: 4"], 413), ("GET /health", ["Content-Length: 1"], 413),
        ("GET /nothing", ["Content-Length: 1"], 413), ("GET /", ["Content-Length: 1"], 413),
    ])
    func anyOtherIsRefused(_ line: String, _ fields: [String], _ status: Int) async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            #expect(try await proxy.ask(line, [Self.token] + fields).status == status)
            #expect(proxy.chrome.requests.isEmpty)
        }
    }

    @Test func aHandshakeHasNone() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            for target in ["/", "/json/version"] {
                #expect(try await proxy.upgrade(target, ["Content-Length: 1"]).answer.status == 413)
            }
            #expect(proxy.chrome.sockets.isEmpty)
        }
    }

    @Test func operatorsSendNone() async throws {
        try await withProxy { (proxy: ProxyHarness) async throws in
            let answer = try await proxy.askAsOperator("POST /drain", ["Content-Length: 1"])
            #expect(answer.status == 413)
            #expect(try await proxy.askAdmin("GET /json/version", ["Content-Length: 1"]).status == 413)
        }
    }

    /// A client that announces a body and does not send it has the time of a head, and no more.
    @Test func isWaitedForNoLongerThanAHead() async throws {
        try await withProxy(timeouts: HandshakeTimeouts(head: .milliseconds(200))) { proxy in
            for body in ["", "12"] {
                let client = try await proxy.client()
                try await client.send(WireClient.head("GET /json/version", [Self.token, "Content-Length: 4"]) + body)
                #expect(try await client.answer().status == 408)
            }
            #expect(proxy.chrome.requests.isEmpty)
        }
    }
}
