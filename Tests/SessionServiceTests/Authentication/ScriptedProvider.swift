import ProxyCore
import Synchronization
import TestSupport

@testable import SessionService

/// A provider whose answer the test sets.
final class ScriptedProvider: Sendable {
    private let answer = Mutex(ScriptedHTTPServer.Answer.respond(200, Identity.usualSet))
    private let server = Mutex<ScriptedHTTPServer?>(nil)
    /// One element for each request.
    let asked: AsyncStream<Void>

    init() {
        let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
        self.asked = asked
        let running = ScriptedHTTPServer { [weak self] _, _ in
            // Read first, because a test that waits for the request may set another answer then.
            let answer = self?.answer.withLock { $0 } ?? .hang
            continuation.yield()
            return answer
        }
        server.withLock { $0 = running }
    }

    func set(_ answer: ScriptedHTTPServer.Answer) { self.answer.withLock { $0 = answer } }

    var requests: [ScriptedHTTPServer.Request] { server.withLock { $0?.requests } ?? [] }

    /// Waits for this many more requests.
    func waitUntilAsked(_ count: Int = 1) async {
        var missing = count
        for await _ in asked {
            missing -= 1
            if missing == 0 { break }
        }
    }

    func stop() { server.withLock { $0?.stop() } }

    /// Settings with this provider's URL.
    func settings(timeToLive: Double = 600, deadline: Duration = .seconds(60)) -> IdentityProviderSettings {
        let port = server.withLock { $0?.port } ?? 0
        guard let url = EndpointURL("http://127.0.0.1:\(port)/keys?v=1") else { preconditionFailure("an address") }
        return IdentityProviderSettings(
            jwksURL: url,
            issuer: Identity.issuer,
            audience: Identity.audience,
            timeToLive: timeToLive,
            deadline: deadline
        )
    }
}
