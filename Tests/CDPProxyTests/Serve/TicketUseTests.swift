import FoundationEssentials
import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// The credentials in answers' URLs, how long they are good, and that no caller's tickets cost another theirs.
@Suite struct TicketUseTests {
    /// Every URL that a caller who came by a ticket is given ends when that ticket would have.
    @Test func aTicketRenewsItselfByNoAnswer() async throws {
        try await withProxy { proxy in
            var ticket = try #require(try await proxy.askAdmitted("POST /ticket").member("ticket")?.stringValue)
            for _ in 0..<3 {
                proxy.clock.now += 9
                let answer = try await proxy.ask("GET /json/version?ticket=\(ticket)")
                let url = try #require(answer.member("webSocketDebuggerUrl")?.stringValue)
                ticket = try #require(url.split(separator: "=").last.map { String($0) })
            }
            proxy.clock.now += 2.9
            let list = try await proxy.ask("GET /json/list?ticket=\(ticket)")
            #expect(list.status == 200)
            let page = try #require(try JSONValue.parse(list.body).arrayValue?.first)
            let last = try #require(page["webSocketDebuggerUrl"]?.stringValue?.split(separator: "=").last)
            proxy.clock.now += 0.1
            let (answer, _) = try await proxy.upgrade("/devtools/page/PAGE1?ticket=\(last)", token: nil)
            #expect(answer.status == 401)
            #expect(proxy.log.lines("token_rejected").map { $0["reason"] } == ["expired"])
        }
    }

    /// Ten thousand tickets of one caller's, and another still gets theirs, and may use it.
    @Test func oneCallersLoopRefusesNobody() async throws {
        try await withProxy { proxy in
            func ask(_ user: String) async throws -> WireAnswer {
                try await proxy.askAdmitted("POST /ticket", token: Tokens.make { $0.userID = user })
            }
            let early = try #require(try await ask("careful").member("ticket")?.stringValue)
            for _ in 0..<4200 where try await ask("greedy").status != 200 { Issue.record("the greedy one is refused") }
            let late = try await ask("careful")
            #expect(late.status == 200)
            for ticket in [early, try #require(late.member("ticket")?.stringValue)] {
                _ = try await proxy.open("/?ticket=\(ticket)", token: nil)
            }
        }
    }

    @Test func aListOfManyPagesHoldsNoMoreTicketsThanOneAnswerMay() async throws {
        let pages = Ticket.mostInOneAnswer + 10
        try await withProxy { proxy in
            proxy.chrome.script = { $0.line.hasPrefix("GET /json/list ") ? .last(Self.list(of: pages)) : .usual }
            let answer = try await proxy.askAdmitted("GET /json/list")
            let urls = try #require(try JSONValue.parse(answer.body).arrayValue).compactMap {
                $0["webSocketDebuggerUrl"]?.stringValue
            }
            #expect(urls.count == pages)
            #expect(urls.prefix(Ticket.mostInOneAnswer).allSatisfy { $0.contains("?ticket=") })
            #expect(urls.last == "ws://proxy.test:9223/devtools/page/P\(pages - 1)")
            #expect(Set(urls).count == pages)
        }
    }

    /// An answer of Chrome's that lists pages.
    private static func list(of pages: Int) -> [UInt8] {
        let entries = (0..<pages).map { page in
            #"{"id":"P\#(page)","type":"page","webSocketDebuggerUrl":"ws://127.0.0.1:9222/devtools/page/P\#(page)"}"#
        }
        let body = "[\(entries.joined(separator: ","))]"
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }

    @Test(arguments: ["user:TOKEN", ":TOKEN", "TOKEN:"]) func aBasicPasswordIsACredential(pair: String) async throws {
        try await withProxy { proxy in
            let token = Tokens.make()
            let encoded = Data(pair.replacing("TOKEN", with: token).utf8).base64EncodedString()
            let version = try await proxy.ask("GET /json/version", ["Authorization: Basic \(encoded)"])
            #expect(version.status == 200)
            // It stood in a header: it comes back in no URL.
            #expect(!version.text.contains(token) && version.text.contains("?ticket="))
            _ = try await proxy.open("/", ["Authorization: Basic \(encoded)"], token: nil)
            #expect(try await proxy.ask("POST /ticket", ["Authorization: Basic \(encoded)"]).status == 200)
        }
    }
}
