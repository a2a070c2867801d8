import ProxyCore

// What the admin listener answers.

extension ProxyServer {
    /// Serves one request of an operator.
    func serveAdmin(_ stream: TCPStream) async {
        let request = RequestID()
        do throws(RequestRefusal) {
            let asked = try await RequestReader.read(from: stream, within: timeouts.head)
            let answer = await adminAnswer(asked.head, request)
            await stream.sendLast(answer.serialized(isHead: asked.head.method == .head), peerMayBeSending: true)
        } catch {
            guard let response = error.response(to: request) else { return stream.close() }
            await stream.sendLast(response.serialized(), peerMayBeSending: true)
        }
    }

    private func adminAnswer(_ head: RequestHead, _ request: RequestID) async -> HTTPResponse {
        let route = AdminRoute(head)
        do throws(AdminRefusal) {
            try adminGuard.check(head, route)
            return await adminAnswer(route, request)
        } catch {
            log.record(.warning, "admin_refused", requestID: request, ["reason": .string("\(error)")])
            switch error {
            case .foreign: return RequestRefusal.response(.forbidden, "forbidden", nil, request)
            case .unauthorized:
                let challenge = ("WWW-Authenticate" as StaticString, "Bearer realm=\"cdp-proxy admin\"")
                return RequestRefusal.response(.unauthorized, "unauthorized", nil, request, field: challenge)
            }
        }
    }

    private func adminAnswer(_ route: AdminRoute, _ request: RequestID) async -> HTTPResponse {
        switch route {
        case .health: return await healthAnswer()
        case .ready: return await readyAnswer()
        case .metrics: return await metricsAnswer()
        case .connections: return await connectionsAnswer()
        case .drain:
            drain()
            return HTTPResponse(.accepted, json: Array("{\"status\":\"draining\"}".utf8))
        case .methodNotAllowed(let allow):
            return RequestRefusal.response(
                .methodNotAllowed,
                "method_not_allowed",
                nil,
                request,
                field: ("Allow", allow)
            )
        case .unknown: return RequestRefusal.response(.notFound, "not_found", nil, request)
        }
    }

    /// Ready: not draining, Chrome answers, a signing key is at hand, and what is injected at start is in the browser.
    private func readyAnswer() async -> HTTPResponse {
        let checks: KeyValuePairs<String, Bool> = [
            "accepting": !isDraining,
            "chrome": await chromeIsUp(),
            "signingKey": (try? await keys.keys()) != nil,
            "session": !startInjectionIsPending,
        ]
        let isReady = checks.allSatisfy(\.value)
        var body: JSONValue = ["status": JSONValue(isReady ? "ready" : "not_ready")]
        for (name, isGood) in checks { body = body.adding(name, .bool(isGood)) }
        return HTTPResponse(isReady ? .ok : .serviceUnavailable, json: body.serialized())
    }

    private func metricsAnswer() async -> HTTPResponse {
        _ = await chromeIsUp()
        var totals = RelayTotals()
        for each in relays { totals = totals + (await each.totals) }
        metrics.relay.sample(totals)
        let text = Array(metrics.registry.text().utf8)
        return HTTPResponse(.ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: text)
    }

    private func connectionsAnswer() async -> HTTPResponse {
        var listed: [(connection: ConnectionRecord, totals: RelayTotals)] = []
        for each in relays { listed += await each.listed }
        listed.sort { $0.connection.since < $1.connection.since }
        let body = JSONValue.array(listed.map { $0.connection.json($0.totals) })
        return HTTPResponse(.ok, json: body.serialized())
    }
}

extension ConnectionRecord {
    /// What operators see of it.
    fileprivate func json(_ totals: RelayTotals) -> JSONValue {
        [
            "requestId": JSONValue(request.description),
            "sessionId": JSONValue(sessionID),
            "projectId": JSONValue(projectID),
            "userId": userID.map { JSONValue($0) } ?? .null,
            "roles": .array(roles.map { JSONValue($0) }),
            "peer": JSONValue(peer.description),
            "since": JSONValue(UTCTimestamp(secondsSince1970: since).description),
            "bytesToChrome": JSONValue(Int(clamping: totals.bytesToChrome)),
            "bytesToClient": JSONValue(Int(clamping: totals.bytesToClient)),
            "framesToChrome": JSONValue(Int(clamping: totals.framesToChrome)),
            "framesToClient": JSONValue(Int(clamping: totals.framesToClient)),
        ]
    }
}
