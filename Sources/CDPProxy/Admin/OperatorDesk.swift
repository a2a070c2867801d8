import ProxyCore
import SessionStore

/// What the admin listener answers.
///
/// Lives on the loop's thread.
final class OperatorDesk {
    private let adminGuard: AdminGuard
    private let watch: ChromeWatch
    private let keys: SigningKeySource
    private let keyRing: KeyRing
    private let revocations: Revocations
    private let startInjection: StartInjection
    private let fleet: RelayFleet
    private let shutdown: Shutdown
    private let metrics: ProxyMetrics
    private let log: EventLog
    private let loop: EventLoop
    private let headTimeout: Duration

    /// A desk that tells of these parts, to requests that the guard lets through.
    init(
        behind adminGuard: AdminGuard,
        browser: BrowserParts,
        doorkeeper: Doorkeeper,
        revocations: Revocations,
        fleet: RelayFleet,
        shutdown: Shutdown,
        _ context: ServerContext
    ) {
        self.adminGuard = adminGuard
        watch = browser.watch
        keys = doorkeeper.keys
        keyRing = doorkeeper.keyRing
        self.revocations = revocations
        startInjection = browser.startInjection
        self.fleet = fleet
        self.shutdown = shutdown
        metrics = context.metrics
        log = context.log
        loop = context.loop
        headTimeout = context.timeouts.head
    }

    /// A connection that was accepted just now.
    func connection(on stream: TCPStream) -> OperatorConnection {
        OperatorConnection(stream: stream, id: RequestID(), deadline: loop.now + headTimeout, desk: self)
    }

    /// The answer to a request.
    func answer(to head: RequestHead, _ body: [UInt8], _ id: RequestID) async -> HTTPResponse {
        let route = AdminRoute(head)
        do throws(AdminRefusal) {
            try await check(head, route)
        } catch {
            log.record(.warning, "admin_refused", requestID: id, ["reason": .string("\(error)")])
            return error.answer.response(to: id)
        }
        switch route {
        case .health: return HealthAnswer.response(await watch.outage())
        case .ready: return await ready()
        case .metrics: return await scrape()
        case .connections: return await connections()
        case .revoke: return await revoke(body).map { $0.response(to: id) } ?? HTTPResponse(.noContent)
        case .drain:
            shutdown.drain()
            return HTTPResponse(.accepted, json: Array("{\"status\":\"draining\"}".utf8))
        case .methodNotAllowed(let allow):
            let refusal = RefusalAnswer(.methodNotAllowed, "method_not_allowed", field: ("Allow", allow))
            return refusal.response(to: id)
        case .unknown: return RefusalAnswer(.notFound, "not_found").response(to: id)
        }
    }

    /// Lets the holder of the operators' token pass, and that of an API key with every permission.
    private func check(_ head: RequestHead, _ route: AdminRoute) async throws(AdminRefusal) {
        do throws(AdminRefusal) {
            try adminGuard.check(head, route)
        } catch .unauthorized {
            guard let key = adminGuard.apiKey(of: head), let record = try? await keyRing.admit(key),
                record.roles.map({ PermissionSet(roles: $0).allows(.everything) }) ?? true
            else { throw .unauthorized }
        }
    }

    /// Ready: not draining, Chrome answers, a signing key is at hand, and what is injected at start is in the browser.
    private func ready() async -> HTTPResponse {
        let outage = await watch.outage()
        let checks: KeyValuePairs<String, Bool> = [
            "accepting": !shutdown.isDraining,
            "chrome": outage == nil,
            "signingKey": (try? await keys.keys()) != nil,
            "session": !startInjection.isPending,
        ]
        let isReady = checks.allSatisfy(\.value)
        var body: JSONValue = ["status": JSONValue(isReady ? "ready" : "not_ready")]
        for (name, isGood) in checks { body = body.adding(name, .bool(isGood)) }
        if let outage { body = body.adding("chromeReason", JSONValue(outage.rawValue)) }
        return HTTPResponse(isReady ? .ok : .serviceUnavailable, json: body.serialized())
    }

    /// Revokes what the body names; gives the refusal, or nil when it is done.
    private func revoke(_ body: [UInt8]) async -> RefusalAnswer? {
        guard let asked = RevocationRequest(body) else {
            let advice = "the body must be an object with one of jti, sessionId, userId and key"
            return RefusalAnswer(.badRequest, "bad_request", advice)
        }
        switch await revocations.revoke(asked.kind, asked.subject) {
        case .kept: return nil
        case .notKept: return Self.notKept
        case .unknownKey: return RefusalAnswer(.notFound, "not_found", "there is no API key of this id")
        }
    }

    private static let notKept = RefusalAnswer(
        .serviceUnavailable,
        "unavailable",
        "it is revoked in this process, but the database did not take it: others do not know, nor will a restart",
        field: ("Retry-After", "5")
    )

    private func scrape() async -> HTTPResponse {
        _ = await watch.outage()
        metrics.relay.sample(await fleet.totals())
        let text = Array(metrics.registry.text().utf8)
        return HTTPResponse(.ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: text)
    }

    private func connections() async -> HTTPResponse {
        let listed = await fleet.listed()
        let body = JSONValue.array(listed.map { $0.connection.json($0.totals) })
        return HTTPResponse(.ok, json: body.serialized())
    }
}

extension AdminRefusal {
    fileprivate var answer: RefusalAnswer {
        switch self {
        case .foreign: RefusalAnswer(.forbidden, "forbidden")
        case .unauthorized:
            RefusalAnswer(
                .unauthorized,
                "unauthorized",
                field: ("WWW-Authenticate", "Bearer realm=\"cdp-proxy admin\"")
            )
        }
    }
}

extension ConnectionRecord {
    /// What operators see of it.
    fileprivate func json(_ totals: RelayTotals) -> JSONValue {
        var listed: JSONValue = [
            "requestId": JSONValue(request.description),
            "sessionId": sessionID.map { JSONValue($0) } ?? .null,
            "projectId": projectID.map { JSONValue($0) } ?? .null,
            "userId": userID.map { JSONValue($0) } ?? .null,
            "roles": .array((roles ?? []).map { JSONValue($0) }),
            "peer": JSONValue(peer.description),
            "since": JSONValue(since.millisecondText),
            "bytesToChrome": JSONValue(Int(clamping: totals.bytesToChrome)),
            "bytesToClient": JSONValue(Int(clamping: totals.bytesToClient)),
            "framesToChrome": JSONValue(Int(clamping: totals.framesToChrome)),
            "framesToClient": JSONValue(Int(clamping: totals.framesToClient)),
        ]
        if let subject { listed = listed.adding("subject", JSONValue(subject)) }
        if compression != nil { listed = listed.adding("compression", JSONValue("permessage-deflate")) }
        return listed
    }
}
