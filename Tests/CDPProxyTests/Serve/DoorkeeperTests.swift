import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

/// The doorkeeper alone: no socket, no Chrome.
@Suite struct DoorkeeperTests {
    private static let peer = IPAddress(ipv4: 0x7F00_0001)

    private static func admit(_ doorkeeper: Doorkeeper, _ line: String, _ fields: String) async throws -> Grant {
        let head = try makeHead("\(line) HTTP/1.1", fields: "Host: a\r\n\(fields)")
        return try await doorkeeper.admit(head, RoutedRequest(head), from: peer)
    }

    /// The reason of the refusal that is thrown.
    private static func reason(_ work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? RequestRefusal)?.reason
        }
    }

    private static let bearer = "Authorization: Bearer \(Tokens.make())\r\n"

    @Test func aGoodCredentialIsCounted() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let doorkeeper = bench.doorkeeper()
            #expect(try await Self.admit(doorkeeper, "GET /json", Self.bearer).sessionID == "sess_1")
            #expect(await Self.reason { _ = try await Self.admit(doorkeeper, "GET /json", "") } == "missing")
            #expect(bench.context.metrics.tokensAccepted.value == 1)
        }
    }

    @Test func aTicketIsForCallersWhoSendAHeader() async throws {
        try await TestSupport.onLoop { loop in
            let doorkeeper = try PartsBench(on: loop).doorkeeper()
            let grant = try await Self.admit(doorkeeper, "POST /ticket", Self.bearer)
            let ticket = try doorkeeper.ticket(for: grant).text
            #expect(
                await Self.reason { _ = try await Self.admit(doorkeeper, "POST /ticket?ticket=\(ticket)", "") }
                    == "missing"
            )
            // It was not used up by that, and is by this.
            _ = try await Self.admit(doorkeeper, "GET /json?ticket=\(ticket)", "")
            #expect(
                await Self.reason { _ = try await Self.admit(doorkeeper, "GET /json?ticket=\(ticket)", "") }
                    == "replayed"
            )
        }
    }

    @Test(arguments: [
        ("", nil), ("Origin: https://app.example\r\n", nil), ("Origin: https://evil.example\r\n", "origin"),
    ])
    func onlyListedOriginsConnect(_ fields: String, _ reason: String?) async throws {
        try await TestSupport.onLoop { loop in
            let doorkeeper = try PartsBench(on: loop, ["CDP_PROXY_ALLOWED_ORIGINS": "https://app.example"]).doorkeeper()
            let head = try makeHead("GET / HTTP/1.1", fields: "Host: a\r\n\(fields)")
            #expect(await Self.reason { try doorkeeper.checkOrigin(head) } == reason)
        }
    }

    @Test func aTokenThatAdmitsOnceIsSpentBeyondTheProxysEnd() async throws {
        let folder = try TemporaryFolder()
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(
                on: loop,
                ["CDP_PROXY_TOKEN_USE": "once", "CDP_PROXY_STATE": folder.path("state")]
            )
            func state() throws -> KeptState { try KeptState(bench.configuration.ownership, log: bench.context.log) }
            let first = bench.doorkeeper(state: try state())
            let grant = try await Self.admit(first, "GET /json", Self.bearer)
            try first.spend(grant)
            #expect(await Self.reason { try first.spend(grant) } == "replayed")
            let second = bench.doorkeeper(state: try state())
            _ = try await Self.admit(second, "GET /json", Self.bearer)
            try second.restoreSpentTokens()
            #expect(await Self.reason { _ = try await Self.admit(second, "GET /json", Self.bearer) } == "replayed")
        }
    }

    /// Each request says whose `X-Forwarded-For` it has and which reason it is refused for.
    @Test(arguments: [
        ([("", "signature"), ("", "signature"), ("", "rate_limited")], ""),
        ([("192.0.2.1", "signature"), ("192.0.2.2", "signature"), ("192.0.2.3", "rate_limited")], ""),
        ([("", "signature"), ("", "signature"), ("", "signature")], "127.0.0.0/8"),
        (
            [
                ("192.0.2.1", "signature"), ("192.0.2.1", "signature"), ("192.0.2.1", "rate_limited"),
                ("192.0.2.2", "signature"),
            ], "127.0.0.0/8"
        ),
    ])
    func refusalsAreCountedForTheClient(_ requests: [(client: String, reason: String)], _ trusted: String) async throws
    {
        try await TestSupport.onLoop { loop in
            let settings = ["CDP_PROXY_REFUSALS": "2", "CDP_PROXY_TRUSTED_PROXIES": trusted]
            let bench = try PartsBench(on: loop, settings)
            let doorkeeper = bench.doorkeeper()
            func ask(_ client: String, _ secret: String) async throws -> Grant {
                let hop = client.isEmpty ? "" : "X-Forwarded-For: \(client)\r\n"
                let fields = "Host: a\r\n\(hop)Authorization: Bearer \(Tokens.make(secret: secret))\r\n"
                let head = try makeHead("GET /json HTTP/1.1", fields: fields)
                let address = doorkeeper.origin(of: head, peer: Self.peer).address
                return try await doorkeeper.admit(head, RoutedRequest(head), from: address)
            }
            for (client, reason) in requests {
                #expect(await Self.reason { _ = try await ask(client, Tokens.otherSecret) } == reason)
                _ = try await ask(client, Tokens.secret)
            }
            bench.clock.now = bench.clock.now + .seconds(30)
            #expect(await Self.reason { _ = try await ask(requests[0].client, Tokens.otherSecret) } == "signature")
        }
    }

    @Test func whatSaysNothingOfTheCredentialIsNotCounted() async throws {
        try await TestSupport.onLoop { loop in
            let settings = ["CDP_PROXY_REFUSALS": "1", "FLYBROWSER_RBAC_ENABLED": "off"]
            let doorkeeper = try PartsBench(on: loop, settings).doorkeeper()
            let viewer = "Authorization: Bearer \(Tokens.make { $0.roles = ["viewer"] })\r\n"
            for _ in 0..<3 {
                #expect(await Self.reason { _ = try await Self.admit(doorkeeper, "GET /json", viewer) } == "role")
            }
            #expect(await Self.reason { _ = try await Self.admit(doorkeeper, "GET /json", "") } == "missing")
            #expect(await Self.reason { _ = try await Self.admit(doorkeeper, "GET /json", "") } == "rate_limited")
        }
    }

    @Test(arguments: [("on", Duration.seconds(3600)), ("off", nil)])
    func aConnectionsLifetimeIsItsTokensIfSoConfigured(_ isOn: String, _ lifetime: Duration?) async throws {
        try await TestSupport.onLoop { loop in
            let doorkeeper = try PartsBench(on: loop, ["CDP_PROXY_EXPIRE_CONNECTIONS": isOn]).doorkeeper()
            #expect(doorkeeper.lifetime(of: try Tokens.grant()) == lifetime)
        }
    }

    @Test func aTrustedHopSaysWhereARequestComesFrom() async throws {
        try await TestSupport.onLoop { loop in
            let head = try makeHead("GET / HTTP/1.1", fields: "Host: a\r\nX-Forwarded-For: 10.9.9.9\r\n")
            let trusting = try PartsBench(on: loop, ["CDP_PROXY_TRUSTED_PROXIES": "127.0.0.0/8"]).doorkeeper()
            #expect(trusting.origin(of: head, peer: Self.peer).address == IPAddress("10.9.9.9"))
            let wary = try PartsBench(on: loop).doorkeeper()
            #expect(wary.origin(of: head, peer: Self.peer).address == Self.peer)
        }
    }
}
