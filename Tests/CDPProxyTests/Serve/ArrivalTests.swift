import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Crowds: a silent client makes room, and a client that asks is answered.
@Suite struct ArrivalTests {
    @Test func theOldestSilentClientOfAnAddressMakesRoom() async throws {
        try await withProxy(["CDP_PROXY_MAX_HALF_OPEN_PER_ADDRESS": "3"]) { proxy in
            let begun = try await proxy.client()
            try await begun.send("GET / HTTP/1.1\r\n")
            let silent = try await proxy.client()
            // By now the proxy has accepted both, and has read the bytes of the first.
            #expect(try await proxy.ask("GET /json").status == 401)
            let (client, _) = try await proxy.open()
            _ = try await proxy.client()
            #expect(try await proxy.ask("GET /health").status == 200)
            #expect(try await begun.readToEnd().isEmpty)
            _ = try await proxy.client()
            #expect(try await proxy.ask("GET /health").status == 200)
            #expect(try await silent.readToEnd().isEmpty)
            #expect(try await proxy.metrics()[#"cdp_proxy_silent_closed_total{listener="clients"}"#] ?? 0 >= 2)
            // A client that is joined to Chrome has no such place.
            try await client.send(WireFrame.text("still here", key: WireFrame.key))
        }
    }

    @Test func aTrustedHopsClientsAreNotCountedAsOne() async throws {
        let environment = ["CDP_PROXY_MAX_HALF_OPEN_PER_ADDRESS": "1", "CDP_PROXY_TRUSTED_PROXIES": "127.0.0.0/8"]
        try await withProxy(environment) { proxy in
            let clients = [try await proxy.client(), try await proxy.client(), try await proxy.client()]
            #expect(try await proxy.ask("GET /health").status == 200)
            for client in clients {
                try await client.send(WireClient.head("GET /health"))
                #expect(try await client.answer().status == 200)
            }
        }
    }

    @Test func noMoreThanAllAreHalfOpen() async throws {
        try await withProxy(["CDP_PROXY_MAX_HALF_OPEN": "16"]) { proxy in
            var clients: [WireClient] = []
            for _ in 0..<40 { clients.append(try await proxy.client()) }
            #expect(try await proxy.ask("GET /health").status == 200)
            for client in clients.prefix(20) { #expect(try await client.readToEnd().isEmpty) }
        }
    }

    @Test func operatorsHaveRoomWhateverClientsDo() async throws {
        try await withProxy { proxy in
            var crowd: [WireClient] = []
            for _ in 0..<400 { crowd.append(try await proxy.client()) }
            #expect(try await proxy.askAdmin("GET /health").status == 200)
            // And whatever other operators do: a silent one gives up its place.
            var idle: [WireClient] = []
            for _ in 0..<100 { idle.append(try await proxy.client(to: proxy.adminAddress)) }
            #expect(try await proxy.askAdmin("GET /health").status == 200)
            for client in idle.prefix(30) { #expect(try await client.readToEnd().isEmpty) }
            #expect(try await proxy.metrics()[#"cdp_proxy_silent_closed_total{listener="operators"}"#] ?? 0 >= 36)
        }
    }

    @Test(arguments: ["GET /", "POST /ticket", "POST /nowhere"])
    func whoSendsALargeBodyFirstReadsTheAnswer(_ line: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            let size = 16 << 20
            try await client.send(WireClient.head(line, ["Content-Length: \(size)"]))
            _ = try await proxy.log.line { $0.event == "request_refused" }
            try await client.send([UInt8](repeating: 0x61, count: size))
            let answer = try await client.answer()
            #expect(answer.status == 413)
            #expect(answer["Connection"] == "close")
        }
    }

    @Test func whoIsReadOutHoldsUpNoStop() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(WireClient.head("POST /ticket", ["Content-Length: 1000000"]))
            _ = try await proxy.log.line { $0.event == "request_refused" }
            let silent = try await proxy.client()
            #expect(try await proxy.ask("GET /health").status == 200)
            await proxy.server.stop()
            try await proxy.log.noted("run has ended")
            #expect(try await silent.readToEnd().isEmpty)
            #expect(try await client.answer().status == 413)
        }
    }
}
