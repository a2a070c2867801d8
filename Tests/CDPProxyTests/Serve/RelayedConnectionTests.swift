import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Joined connections: what they relay, what is counted of it, and how they end.
@Suite struct RelayedConnectionTests {
    private static let question = WireFrame.text(#"{"id":1}"#, key: WireFrame.key)
    private static let answer = WireFrame.text(#"{"id":1,"result":{}}"#)

    @Test(arguments: loopCounts) func framesPassUnchangedBothWays(loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, chrome) = try await proxy.open()
            try await client.send(Self.question)
            #expect(try await chrome.received(Self.question.count) == Self.question)
            chrome.send(Self.answer)
            #expect(try await client.read(Self.answer.count) == Self.answer)
        }
    }

    @Test func connectionsAreSpreadOverTheLoops() async throws {
        try await withProxy(["CDP_PROXY_LOOPS": "3"]) { proxy in
            var ends: [(client: WireClient, chrome: ScriptedSocket)] = []
            for _ in 0..<6 { ends.append(try await proxy.open()) }
            for (client, chrome) in ends {
                try await client.send(Self.question)
                #expect(try await chrome.received(Self.question.count) == Self.question)
            }
            let listed = try await proxy.askAsOperator("GET /connections").text
            #expect(listed.split(separator: "\"framesToChrome\":1").count == 7)
        }
    }

    @Test(arguments: loopCounts) func whatCameBehindTheHandshakesIsNotLost(loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            proxy.chrome.script = { request in
                request.isUpgrade ? .raw(ScriptedChrome.handshakeAnswer(to: request) + Self.answer) : .usual
            }
            let client = try await proxy.client()
            let head = WireClient.head("GET /", ["Authorization: Bearer \(Tokens.make())"], isUpgrade: true)
            try await client.send(Array(head.utf8) + Self.question)
            #expect(try await client.answer().status == 101)
            #expect(try await client.read(Self.answer.count) == Self.answer)
            let totals = try await proxy.metrics()
            #expect(
                totals["cdp_proxy_relay_bytes_total{direction=\"client_to_chrome\"}"] == Double(Self.question.count)
            )
        }
    }

    @Test(arguments: loopCounts) func liveConnectionsCount(loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, chrome) = try await proxy.open()
            try await client.send(Self.question + Self.question)
            _ = try await chrome.received(2 * Self.question.count)
            chrome.send(Self.answer)
            _ = try await client.read(Self.answer.count)
            let metrics = try await proxy.metrics()
            let bytes = "cdp_proxy_relay_bytes_total"
            let frames = "cdp_proxy_relay_frames_total"
            #expect(metrics["\(bytes){direction=\"client_to_chrome\"}"] == Double(2 * Self.question.count))
            #expect(metrics["\(bytes){direction=\"chrome_to_client\"}"] == Double(Self.answer.count))
            #expect(metrics["\(frames){direction=\"client_to_chrome\"}"] == 2)
            #expect(metrics["\(frames){direction=\"chrome_to_client\"}"] == 1)
            #expect(metrics["cdp_proxy_connections_active"] == 1)
            #expect(metrics["cdp_proxy_connections_total"] == 1)
            #expect(metrics["cdp_proxy_tokens_accepted_total"] == 1)
            #expect(metrics["cdp_proxy_connect_seconds_count"] == 1)
        }
    }

    @Test(arguments: loopCounts) func aLargeMessagePassesWholeAndIsCounted(loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, chrome) = try await proxy.open()
            var generator = SeededGenerator(seed: 7)
            let payload = generator.bytes(count: 1 << 20)
            let up = WireFrame.bytes(.text, payload, key: WireFrame.nullKey)
            let down = WireFrame.bytes(.text, payload)
            try await client.send(up)
            #expect(try await chrome.received(up.count) == up)
            chrome.send(down)
            #expect(try await client.read(down.count) == down)
            let metrics = try await proxy.metrics()
            #expect(metrics["cdp_proxy_relay_bytes_total{direction=\"client_to_chrome\"}"] == Double(up.count))
            #expect(metrics["cdp_proxy_relay_bytes_total{direction=\"chrome_to_client\"}"] == Double(down.count))
        }
    }

    @Test func aClientThatVanishesDuringItsHandshakeLeavesNothingBehind() async throws {
        try await withProxy { proxy in
            proxy.chrome.script = { $0.isUpgrade ? .silence : .usual }
            let client = try await proxy.client()
            let head = WireClient.head("GET /", ["Authorization: Bearer \(Tokens.make())"], isUpgrade: true)
            try await client.send(head)
            try await proxy.chrome.events.until("a handshake") { proxy.chrome.requests.contains(where: \.isUpgrade) }
            try client.reset()
            proxy.chrome.answerSilenced()
            #expect(try await proxy.chrome.socket().end() != nil)
            // Whether it was joined before its end was seen does not matter: it is not connected now.
            #expect(try await proxy.metrics()["cdp_proxy_connections_active"] == 0)
        }
    }

    // MARK: Ends

    /// An end: what a side does, and the code and side that are counted for it.
    enum End: String, Sendable, CaseIterable {
        case clientCloses = "1000 client"
        case chromeCloses = "1001 chrome"
        case chromeVanishes = "1011 chrome"
        case clientSendsBinary = "1003 client"
        case clientForgetsItsMask = "1002 client"
        case clientVanishes = "1006 client"
    }

    @Test(arguments: End.allCases, loopCounts)
    func anEndIsCountedAndLoggedOnce(_ end: End, loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, chrome) = try await proxy.open()
            try await client.send(Self.question)
            _ = try await chrome.received(Self.question.count)
            chrome.send(Self.answer)
            _ = try await client.read(Self.answer.count)
            let told = try await Self.bring(end, client, chrome)

            let line = try await proxy.log.line { $0.event == "closed" }
            let parts = end.rawValue.split(separator: " ")
            #expect(line.number("code") == Int(parts[0]))
            #expect(line["side"] == String(parts[1]))
            #expect(line["sessionId"] == "sess_1")
            #expect(line["projectId"] == "proj_1")
            #expect(line["peer"] == "127.0.0.1")
            #expect(line["requestId"] == proxy.log.lines("connected").first?["requestId"])
            #expect(line.number("framesToChrome") == 1 + told.framesToChrome)
            #expect(line.number("bytesToChrome") == Self.question.count + told.bytesToChrome)
            #expect(line.number("framesToClient") == 1 + told.framesToClient)
            #expect(line.number("bytesToClient") == Self.answer.count + told.bytesToClient)
            #expect(proxy.log.lines("closed").count == 1)

            let metrics = try await proxy.metrics()
            #expect(metrics["cdp_proxy_closes_total{code=\"\(parts[0])\",side=\"\(parts[1])\"}"] == 1)
            #expect(metrics["cdp_proxy_connections_active"] == 0)
            let bytes = metrics["cdp_proxy_relay_bytes_total{direction=\"client_to_chrome\"}"]
            #expect(bytes == Double(Self.question.count + told.bytesToChrome))
        }
    }

    /// Brings the end about; gives what more went through the relay by that.
    private static func bring(
        _ end: End,
        _ client: WireClient,
        _ chrome: ScriptedSocket
    ) async throws -> Told {
        let asked = WireFrame.close(1000, key: WireFrame.key)
        switch end {
        case .clientCloses:
            try await client.send(asked)
            _ = try await chrome.received(question.count + asked.count)
            chrome.send(WireFrame.close(1000))
            chrome.finishSending()
            #expect(try await client.closing().code == 1000)
            client.close()
            return Told(framesToChrome: 1, bytesToChrome: asked.count, framesToClient: 1, bytesToClient: 4)
        case .chromeCloses:
            chrome.send(WireFrame.close(1001, Array("bye".utf8)))
            chrome.finishSending()
            let closing = try await client.closing()
            #expect(closing.code == 1001)
            #expect(closing.reason == "bye")
            client.close()
            return Told(framesToClient: 1, bytesToClient: 7)
        case .chromeVanishes:
            chrome.reset()
            #expect(try await client.closing().code == 1011)
            client.close()
            return Told()
        case .clientSendsBinary:
            try await client.send(WireFrame.bytes(.binary, [1, 2], key: WireFrame.key))
            #expect(try await client.closing().code == 1003)
            client.close()
            return Told()
        case .clientForgetsItsMask:
            try await client.send(WireFrame.text("{}"))
            #expect(try await client.closing().code == 1002)
            client.close()
            return Told()
        case .clientVanishes:
            try client.reset()
            _ = try await chrome.end()
            return Told()
        }
    }

    /// What went through besides the question and its answer.
    private struct Told {
        var framesToChrome = 0
        var bytesToChrome = 0
        var framesToClient = 0
        var bytesToClient = 0
    }

    @Test(arguments: loopCounts) func chromesDeathWithinAFrameEndsTheConnectionAnyhow(loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            let (client, chrome) = try await proxy.open()
            chrome.send(WireFrame.header(.text, announcing: 1000) + [UInt8](repeating: 0x20, count: 10))
            chrome.finishSending()
            // Inside of a frame nothing can be said, so there is no Close frame.
            let bytes = try await client.readToEnd()
            #expect(bytes.count == 14)
            client.close()
            let line = try await proxy.log.line { $0.event == "closed" }
            #expect(line.number("code") == 1011)
        }
    }

    @Test func aMaskedFrameOfChromesEndsTheConnection() async throws {
        try await withProxy { proxy in
            let (client, chrome) = try await proxy.open()
            chrome.send(WireFrame.text("{}", key: WireFrame.key))
            #expect(try await client.closing().code == 1011)
            client.close()
            #expect(try await proxy.log.line { $0.event == "closed" }["side"] == "chrome")
        }
    }

    @Test func theFaultIsLogged() async throws {
        try await withProxy { proxy in
            let (client, _) = try await proxy.open()
            try await client.send(WireFrame.bytes(.binary, [1], key: WireFrame.key))
            _ = try await client.closing()
            client.close()
            #expect(try await proxy.log.line { $0.event == "closed" }["fault"] != nil)
        }
    }

    // MARK: Expiry

    @Test(arguments: loopCounts) func aTokensEndIsItsConnectionsIfSoConfigured(loops: String) async throws {
        let environment = ["CDP_PROXY_EXPIRE_CONNECTIONS": "on", "CDP_PROXY_LOOPS": loops]
        try await withProxy(environment) { proxy in
            let token = Tokens.make()
            proxy.clock.now += 3599.99
            let (client, chrome) = try await proxy.open(token: token)
            let closing = try await client.closing()
            #expect(closing.code == 4001)
            #expect(closing.reason == "the token has expired")
            client.close()
            #expect(try await chrome.end() != nil)
            let line = try await proxy.log.line { $0.event == "closed" }
            #expect(line.number("code") == 4001)
            #expect(line["side"] == "proxy")
        }
    }

    @Test(arguments: ["on", "off"]) func aConnectionThatEndsBeforeItsTokenIsLeftAlone(_ isOn: String) async throws {
        try await withProxy(["CDP_PROXY_EXPIRE_CONNECTIONS": isOn]) { proxy in
            // As late as a date may be: no timer reaches so far.
            let (client, chrome) = try await proxy.open(token: Tokens.make { $0.expiresAt = 253_402_300_799 })
            try await client.send(Self.question)
            #expect(try await chrome.received(Self.question.count) == Self.question)
            try client.reset()
            #expect(try await proxy.log.line { $0.event == "closed" }.number("code") == 1006)
        }
    }
}
