import ProxyCore

/// Why a tool's request to the local listener is not forwarded, or could not be.
enum LocalRefusal: Error {
    /// The proxy would refuse it too: no request, no such path, no good handshake.
    case request(RequestRefusal)
    /// A web page is behind it.
    case page(PageRefusal)
    /// There are as many connections as the listener serves.
    case full
    /// The proxy at the URL could not be asked.
    case upstream(UpstreamFailure, UpstreamURL)
}

extension LocalRefusal {
    /// The answer; nil when no tool is left to read one.
    func response(to request: RequestID) -> HTTPResponse? {
        switch self {
        case .request(let refusal): return refusal.response(to: request)
        case .page(let refusal):
            return RefusalAnswer(.forbidden, "forbidden", refusal.sentence).response(to: request)
        case .full:
            let advice = "there are \(ConnectServer.mostConnections) connections already"
            let answer = RefusalAnswer(.serviceUnavailable, "unavailable", advice, field: ("Retry-After", "5"))
            return answer.response(to: request)
        case .upstream(let failure, let url):
            let advice = "the proxy at \(url) cannot be used: \(failure.reason)"
            return RefusalAnswer(.badGateway, "bad_gateway", advice).response(to: request)
        }
    }

    /// Tells the person who started the program, unless it is the tool's own business.
    func tell(_ notices: Notices) {
        switch self {
        case .request(.clientGone), .request(.headIncomplete(begun: false)): break
        case .request(let refusal): notices.say("A request was refused: \(refusal.reason).")
        case .page(let refusal): notices.say("A request was refused: \(refusal.sentence).")
        case .full: notices.say("A connection was refused: there are \(ConnectServer.mostConnections) already.")
        case .upstream(let failure, let url):
            notices.say(outage: "The proxy at \(url) cannot be used: \(failure.reason).")
        }
    }
}
