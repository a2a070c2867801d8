import ProxyCore

/// A tool's connection to the local listener, told downwards:
///
///     request head -> no web page's -> route -> the same endpoint of the proxy, with the credential -> its answer, its addresses
///     leading back here; or 101 -> relay
struct LocalConnection {
    /// The tool's bytes.
    let stream: TCPStream
    /// When its request must have come whole.
    let deadline: Instant
    /// Keeps web pages out.
    let pages: PageGuard
    /// The proxy.
    let upstream: Upstream
    /// What happens, for the person who started the program.
    let notices: Notices

    /// Two WebSockets to be joined, and what came behind their handshakes.
    struct Joined {
        let upstream: Upstream.Connection
        let pipelined: Pipelined
    }

    /// Serves the tool; `whenWhole` is called once its request is whole, or never will be. Gives the proxy's end when the two are
    /// to be joined; else the stream is open only if it was answered and the tool may still be sending.
    func run(whenWhole: () -> Void) async -> Joined? {
        var mayBeSending = true
        do throws(LocalRefusal) {
            let asked = try await wholeRequest(whenWhole)
            mayBeSending = !asked.rest.isEmpty
            let listener: Authority
            do throws(PageRefusal) { listener = try pages.check(asked.head) } catch { throw .page(error) }
            switch RoutedRequest(asked.head).route {
            case .socket(let endpoint): return try await connect(asked, to: endpoint)
            case .json(let endpoint): await send(try await answer(endpoint, at: listener), mayBeSending)
            case .methodNotAllowed(let allowed): throw .request(.method(allowed: allowed))
            case .unknown, .health, .ticket, .downloads, .download: throw .request(.notFound)
            }
        } catch {
            error.tell(notices)
            guard let answer = error.response(to: RequestID()) else {
                stream.close()
                return nil
            }
            await send(answer, mayBeSending)
        }
        return nil
    }

    private func wholeRequest(_ whenWhole: () -> Void) async throws(LocalRefusal) -> RequestReader.Request {
        defer { whenWhole() }
        do throws(RequestRefusal) {
            return try await RequestReader.read(from: stream, by: deadline, droppingBody: RoutedRequest.dropsBody)
        } catch {
            throw .request(error)
        }
    }

    private func send(_ answer: HTTPResponse, _ mayBeSending: Bool) async {
        _ = await stream.sayLast(answer.serialized(), peerMayBeSending: mayBeSending)
    }

    private func answer(_ endpoint: JSONEndpoint, at listener: Authority) async throws(LocalRefusal) -> HTTPResponse {
        do throws(UpstreamFailure) {
            let answer = try await upstream.ask(endpoint)
            noteAnswer(answer)
            switch endpoint {
            case .version, .new: return try answer.leading(to: listener, .object, atMost: endpoint.mostMemory)
            case .list: return try answer.leading(to: listener, .list, atMost: endpoint.mostMemory)
            case .protocol, .activate, .close: return try answer.unchanged()
            }
        } catch {
            throw .upstream(error, upstream.url)
        }
    }

    /// Says that the proxy refused the tool: many tools do not say it. A page or a path that is not there is no news.
    private func noteAnswer(_ answer: UpstreamAnswer) {
        notices.proxyAnswered()
        guard answer.status >= HTTPStatus.badRequest.code, answer.status != HTTPStatus.notFound.code else { return }
        notices.say("The proxy at \(upstream.url) answered with status \(answer.status).")
    }

    private func connect(
        _ asked: RequestReader.Request,
        to endpoint: SocketEndpoint
    ) async throws(LocalRefusal) -> Joined? {
        let upgrade: WebSocketUpgrade
        do throws(UpgradeRefusal) { upgrade = try WebSocketUpgrade(asked.head) } catch {
            throw .request(.handshake(error))
        }
        do throws(UpstreamFailure) {
            switch try await upstream.open(endpoint.proxyPath) {
            case .refused(let answer):
                noteAnswer(answer)
                await send(try answer.unchanged(), !asked.rest.isEmpty)
            case .opened(let connection):
                notices.proxyAnswered()
                do throws(StreamError) { try await stream.write(upgrade.answer()) } catch {
                    connection.stream.close()
                    stream.close()
                    return nil
                }
                let rest = Pipelined(fromClient: asked.rest, fromChrome: connection.received)
                return Joined(upstream: connection, pipelined: rest)
            }
        } catch {
            throw .upstream(error, upstream.url)
        }
        return nil
    }
}

extension SocketEndpoint {
    /// Where a proxy has this endpoint.
    fileprivate var proxyPath: String {
        switch self {
        case .root: "/"
        case .browser: "/devtools/browser"
        case .browserWithID, .page: namedPath ?? "/"
        }
    }
}
