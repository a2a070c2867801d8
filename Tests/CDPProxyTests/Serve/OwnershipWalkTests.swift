import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Every route, with every kind of caller, against a browser in every state.
@Suite struct OwnershipWalkTests {
    /// The states. User a brought them about from browser session s_a, or a caller in s_x whose token names no user did.
    enum Scene: String, CaseIterable, Sendable {
        case fresh, used, bareByA, bareByNobody, holding, spoiled
    }

    /// A caller, and the answer in each scene: `+` let in, `-` conflict, `u` used, without a record of the user.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let user: String?
        let sessionID: String
        var stored: String?
        let told: String

        var testDescription: String { name }

        var token: String {
            Tokens.make(sessionID: sessionID) {
                $0.userID = user
                $0.browserSession = stored
            }
        }
    }

    static let rows: [Row] = [
        //                                                                         f u A N h s
        Row(name: "a", user: "user-1", sessionID: "s_a", told: "+u+-+-"),
        Row(name: "a elsewhere", user: "user-1", sessionID: "s_2", told: "+u+-+-"),
        Row(name: "a, the session", user: "user-1", sessionID: "s_a", stored: "mail", told: "+u+-++"),
        Row(name: "a, another session", user: "user-1", sessionID: "s_a", stored: "shop", told: "+u+---"),
        Row(name: "b", user: "user-2", sessionID: "s_b", told: "+u----"),
        Row(name: "b in a's", user: "user-2", sessionID: "s_a", told: "+u----"),
        Row(name: "b, own", user: "user-2", sessionID: "s_b", stored: "home", told: "+u----"),
        Row(name: "nobody in a's", user: nil, sessionID: "s_a", told: "+u+++-"),
        Row(name: "nobody elsewhere", user: nil, sessionID: "s_x", told: "+u-+--"),
    ]

    private static func stored() async throws -> StoredRows {
        let rows = try await StoredRows()
        try await rows.add(name: "mail")
        try await rows.add(id: "row-2", name: "shop")
        try await rows.add(id: "row-3", user: "user-2", name: "home")
        return rows
    }

    @Test(arguments: rows) func eachRouteAsksTheDoor(_ row: Row) async throws {
        let rows = try await Self.stored()
        try await withProxy(rows.environment) { (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.attach(to: proxy.chrome)
            var number = 0
            for (scene, told) in zip(Scene.allCases, row.told) {
                for walk in GateWalkTests.walks where walk.status == 101 || walk.status == 200 {
                    number += 1
                    proxy.chrome.browserID = "browser-\(number)"
                    jar.empty()
                    try await Self.prepare(scene, proxy, jar)
                    try await Self.check(walk, row, told, scene, proxy)
                }
            }
        }
    }

    /// Brings the browser into a state in which no caller drives it.
    private static func prepare(_ scene: Scene, _ proxy: ProxyHarness, _ jar: CookieJar) async throws {
        func visit(_ user: String?, _ sessionID: String, _ stored: String? = nil) async throws -> Int {
            let row = Row(name: "", user: user, sessionID: sessionID, stored: stored, told: "")
            let (answer, client) = try await proxy.upgrade("/", token: row.token)
            try await leave(client, answer.status, proxy)
            return answer.status
        }
        switch scene {
        case .fresh: break
        case .used: jar.add("left behind")
        case .bareByA: #expect(try await visit("user-1", "s_a") == 101)
        case .bareByNobody: #expect(try await visit(nil, "s_x") == 101)
        case .holding: #expect(try await visit("user-1", "s_a", "mail") == 101)
        case .spoiled:
            jar.isLeaky = true
            #expect(try await visit("user-1", "s_a", "mail") == 502)
            jar.isLeaky = false
        }
    }

    /// Ends a client's connection, and waits until the proxy knows.
    private static func leave(_ client: WireClient, _ status: Int, _ proxy: ProxyHarness) async throws {
        guard status == 101 else { return client.close() }
        let ended = proxy.log.lines("closed").count
        client.close()
        try await proxy.log.until("the connection ends") { proxy.log.lines("closed").count > ended }
    }

    private static func check(
        _ walk: GateWalkTests.Walk,
        _ row: Row,
        _ told: Character,
        _ scene: Scene,
        _ proxy: ProxyHarness
    ) async throws {
        let line = walk.line.replacing("11111111-aaaa-4bbb-8ccc-222222222222", with: proxy.chrome.browserID)
        let client = try await proxy.client()
        let credential = ["Authorization: Bearer \(row.token)"]
        try await client.send(WireClient.head(line, credential, isUpgrade: walk.isUpgrade))
        let answer = try await client.answer()
        try await leave(client, answer.status, proxy)
        let saysNothingOfPages = ["/json/version", "/json/protocol", "/ticket"].contains { line.contains($0) }
        let wanted: (Int, String?) =
            switch saysNothingOfPages ? "+" : told {
            case "-": (409, "conflict")
            case "u": (409, "browser_used")
            default: (walk.status, nil)
            }
        #expect(answer.status == wanted.0, "\(row.name), \(scene): \(line)")
        if let error = wanted.1 { #expect(answer.error == error, "\(row.name), \(scene): \(line)") }
    }

    /// During an injection only callers for the same session wait; every other caller is refused at once.
    @Test func whileASessionGoesInOthersAreKeptOut() async throws {
        let rows = try await Self.stored()
        try await withProxy(rows.environment) { (proxy: ProxyHarness) async throws in
            let jar = CookieJar()
            jar.isSilent = true
            jar.attach(to: proxy.chrome)
            let first = try await proxy.client()
            let owner = Self.rows[2]
            try await first.send(
                WireClient.head("GET /", ["Authorization: Bearer \(owner.token)"], isUpgrade: true)
            )
            // One socket has looked at the browser; the next one injects.
            _ = try await proxy.chrome.socket(1).received(1)
            for row in Self.rows where !row.told.hasSuffix("+-") && !row.told.hasSuffix("++") {
                for walk in GateWalkTests.walks where walk.status == 101 || walk.status == 200 {
                    try await Self.check(walk, row, "-", .holding, proxy)
                }
            }
        }
    }
}
