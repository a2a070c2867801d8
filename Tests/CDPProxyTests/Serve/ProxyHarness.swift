import ProxyCore
import Settings
import Synchronization
import TestSupport
import Testing

@testable import CDPProxy

/// The whole proxy with a scripted Chrome behind it and raw clients before it, all on one loop: nothing happens at the
/// same time as something else, so that a test reads as what happens in order.
///
/// Lives on the loop's thread.
final class ProxyHarness {
    let loop: EventLoop
    let chrome: ScriptedChrome
    let server: ProxyServer
    let log: RecordedLog
    let clock: ManualClock
    /// Where clients connect.
    let address: SocketAddress
    /// Where operators ask.
    let adminAddress: SocketAddress
    /// Every client there was.
    private(set) var allClients: [WireClient] = []

    /// The operators' token.
    static let adminToken = "operators-token-of-tests"

    fileprivate init(
        on loop: EventLoop,
        _ environment: [String: String],
        timeouts: HandshakeTimeouts,
        preparing: (ScriptedChrome) -> Void
    ) async throws {
        self.loop = loop
        let chrome = try ScriptedChrome(on: loop)
        preparing(chrome)
        self.chrome = chrome
        let log = RecordedLog(on: loop)
        self.log = log
        let clock = ManualClock()
        self.clock = clock
        let configuration = try Configuration(Environment(Self.environment(chrome, environment)))
        let server = try ProxyServer(
            configuration,
            on: loop,
            timeouts: timeouts,
            clock: { clock.now },
            writeLog: log.write
        )
        self.server = server
        Task(executorPreference: loop) {
            do { try await server.run() } catch { log.note("start failed: \(error)") }
            log.note("run has ended")
        }
        let line = try await log.line { $0.event == "listening" }
        guard let clients = Self.address(line["listen"]) else { throw HarnessFailure.notListening }
        address = clients
        adminAddress = Self.address(line["admin"]) ?? clients
    }

    private static func environment(_ chrome: ScriptedChrome, _ more: [String: String]) -> [String: String] {
        let standard = [
            "CDP_PROXY_LISTEN": "127.0.0.1:0", "CDP_PROXY_ADMIN_LISTEN": "127.0.0.1:0",
            "CDP_PROXY_CHROME": "127.0.0.1:\(chrome.port)", "WALLCRAWLER_JWT_SIGNING_KEY": Tokens.secret,
            "FLYBROWSER_ADMIN_TOKEN": adminToken, "XDG_DATA_HOME": "/nonexistent", "CDP_PROXY_PING": "0s",
        ]
        return standard.merging(more) { $1 }
    }

    private static func address(_ text: String?) -> SocketAddress? {
        guard let text, let colon = text.lastIndex(of: ":"), let port = UInt16(text[colon...].dropFirst()) else {
            return nil
        }
        return SocketAddress(host: String(text[..<colon]), port: port)
    }

    // MARK: Clients

    /// A connection to the clients' port, on which nothing was said yet.
    func client(to target: SocketAddress? = nil) async throws -> WireClient {
        let client = WireClient(try await .connect(to: target ?? address, on: loop, deadline: loop.now + .seconds(60)))
        allClients.append(client)
        return client
    }

    /// Makes a request and gives the whole answer.
    func ask(_ line: String, _ fields: [String] = [], isUpgrade: Bool = false) async throws -> WireAnswer {
        let client = try await client()
        try await client.send(WireClient.head(line, fields, isUpgrade: isUpgrade))
        let answer = try await client.answer(isHead: line.hasPrefix("HEAD "))
        if answer.status != 101 { client.close() }
        return answer
    }

    /// Makes a request with a good token in its header, unless another is given.
    func askAdmitted(_ line: String, _ fields: [String] = [], token: String = Tokens.make()) async throws -> WireAnswer
    {
        try await ask(line, ["Authorization: Bearer \(token)"] + fields)
    }

    /// Asks for a WebSocket; the answer may be a refusal.
    func upgrade(
        _ target: String = "/",
        _ fields: [String] = [],
        token: String? = Tokens.make()
    ) async throws -> (answer: WireAnswer, client: WireClient) {
        let client = try await client()
        let credential = token.map { ["Authorization: Bearer \($0)"] } ?? []
        try await client.send(WireClient.head("GET \(target)", credential + fields, isUpgrade: true))
        return (try await client.answer(), client)
    }

    /// Opens a WebSocket; gives both of its ends.
    func open(
        _ target: String = "/",
        _ fields: [String] = [],
        token: String? = Tokens.make()
    ) async throws -> (client: WireClient, chrome: ScriptedSocket) {
        let number = chrome.sockets.count
        let (answer, client) = try await upgrade(target, fields, token: token)
        guard answer.status == 101 else { throw HarnessFailure.refused(answer.status, answer.text) }
        return (client, try await chrome.socket(number))
    }

    // MARK: Operators

    /// Asks the admin listener.
    func askAdmin(_ line: String, _ fields: [String] = [], host: String? = nil) async throws -> WireAnswer {
        let client = try await client(to: adminAddress)
        defer { client.close() }
        try await client.send(WireClient.head(line, fields, host: host ?? "127.0.0.1:9224"))
        return try await client.answer(isHead: line.hasPrefix("HEAD "))
    }

    /// Asks the admin listener with the operators' token.
    func askAsOperator(_ line: String, _ fields: [String] = []) async throws -> WireAnswer {
        try await askAdmin(line, ["Authorization: Bearer \(Self.adminToken)"] + fields)
    }

    /// The metrics as a scraper sees them, by name and labels.
    func metrics() async throws -> [String: Double] {
        var samples: [String: Double] = [:]
        for line in try await askAdmin("GET /metrics").text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = Double(String(line[space...].dropFirst()))
        }
        return samples
    }

    // MARK: The end

    /// Ends everything that still lives.
    fileprivate func finish() async throws {
        for client in allClients { client.close() }
        chrome.close()
        await server.stop()
        try await log.noted("run has ended")
    }
}

/// Why a harness cannot do what a test asked.
enum HarnessFailure: Error {
    /// The server did not say where it listens.
    case notListening
    /// A WebSocket was refused.
    case refused(Int, String)
}

/// Runs a body with a proxy of its own, on a loop of its own, and ends both. `preparing` is given Chrome before the proxy
/// is started. A head may take longer than elsewhere, since a machine that runs all tests at a time may stand still.
func withProxy(
    _ environment: [String: String] = [:],
    timeouts: HandshakeTimeouts = HandshakeTimeouts(head: .seconds(60)),
    preparing: @escaping @Sendable (ScriptedChrome) -> Void = { _ in },
    _ body: @escaping @Sendable (ProxyHarness) async throws -> Void
) async throws {
    try await TestSupport.onLoop { loop in
        let harness = try await ProxyHarness(on: loop, environment, timeouts: timeouts, preparing: preparing)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(harness))
        } catch {
            // What happened is in the log; the error may only say that no answer came.
            Issue.record("the proxy's last lines: \(harness.log.lines.suffix(12).map(\.text).joined())")
            outcome = .failure(error)
        }
        try await harness.finish()
        try outcome.get()
    }
}

/// How many loops frames are moved on: only the server's own, and another one first.
let loopCounts = ["1", "2"]

/// A clock that stands still until a test moves it.
final class ManualClock: Sendable {
    private let moment = Mutex(Tokens.now)

    /// What it says.
    var now: Timestamp {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }
}
