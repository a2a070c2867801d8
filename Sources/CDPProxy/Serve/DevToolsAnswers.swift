import ProxyCore
import SessionInjector

/// Chrome's `/json` answers, their WebSocket URLs leading back through the proxy. What concerns pages goes through the
/// browser's door.
///
/// Lives on the loop's thread.
final class DevToolsAnswers {
    private let chrome: ChromeEndpoint
    private let watch: ChromeWatch
    private let access: BrowserAccess
    private let links: ReturnLinks

    /// The answers of one Chrome.
    init(of chrome: ChromeEndpoint, watch: ChromeWatch, access: BrowserAccess, links: ReturnLinks) {
        self.chrome = chrome
        self.watch = watch
        self.access = access
        self.links = links
    }

    /// The answer of one endpoint.
    func answer(
        _ endpoint: JSONEndpoint,
        to request: AdmittedRequest
    ) async throws(RequestRefusal) -> HTTPResponse {
        guard let use = endpoint.use else {
            return try await access.performOpen { () async throws(RequestRefusal) in
                try await answer(endpoint, nil, to: request)
            }
        }
        return try await access.perform(use, for: request) { pass async throws(RequestRefusal) in
            try await answer(endpoint, pass, to: request)
        }
    }

    private func answer(
        _ endpoint: JSONEndpoint,
        _ pass: BrowserPass?,
        to request: AdmittedRequest
    ) async throws(RequestRefusal) -> HTTPResponse {
        switch endpoint {
        case .version, .new: try await linked(endpoint, .object, pass, for: request)
        case .list: try await linked(endpoint, .list, pass, for: request)
        case .protocol, .activate, .close: try await unchanged(endpoint, pass)
        }
    }

    private func linked(
        _ endpoint: JSONEndpoint,
        _ shape: DevToolsJSON.Shape,
        _ pass: BrowserPass?,
        for request: AdmittedRequest
    ) async throws(RequestRefusal) -> HTTPResponse {
        let targets = try await watch.ask { () async throws(ChromeFailure) in
            try await chrome.targets(endpoint, shape, pass)
        }
        let shown = shape == .list && access.showsWebsitesAlone(to: request) ? targets.ofWebsites : targets
        let body = try links.body(of: shown, namingBrowserByID: endpoint != .version, for: request)
        return HTTPResponse(.ok, json: body)
    }

    private func unchanged(_ endpoint: JSONEndpoint, _ pass: BrowserPass?) async throws(RequestRefusal) -> HTTPResponse
    {
        let answer = try await watch.ask { () async throws(ChromeFailure) in try await chrome.ask(endpoint, pass) }
        switch answer.status {
        case 200:
            return HTTPResponse(.ok, contentType: answer.isJSON ? "application/json" : "text/plain", body: answer.body)
        case 404, 500: throw .chrome(.noSuchEndpoint)
        default: throw .chrome(.malformedAnswer)
        }
    }
}

extension ChromeEndpoint.Answer {
    /// Whether the answer says that it is JSON.
    fileprivate var isJSON: Bool {
        contentType?.lowercased().utf8.starts(with: "application/json".utf8) ?? false
    }
}
