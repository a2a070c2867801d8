import ProxyCore

/// An answer of the proxy that `connect` leads to, as the tool is to have it.
struct UpstreamAnswer {
    /// The status.
    let status: UInt16
    /// The body as it came.
    let body: [UInt8]
    private let isJSON: Bool
    private let fields: [(name: StaticString, value: String)]

    /// What the tool may need of a head, and the body behind it.
    init(_ head: ResponseHead, body: [UInt8]) {
        status = head.status
        self.body = body
        isJSON = head.fields.string(of: .contentType)?.lowercased().utf8.starts(with: "application/json".utf8) ?? false
        fields = Self.passedOn.compactMap { name in
            head.fields.string(of: Token(name)).map { (name: name, value: $0) }
        }
    }

    /// Says what to do about a refusal.
    private static let passedOn: [StaticString] = ["Retry-After", "WWW-Authenticate", "Allow"]

    /// The answer as it is.
    func unchanged() throws(UpstreamFailure) -> HTTPResponse {
        guard let status = HTTPStatus(rawValue: status), status != .switchingProtocols else {
            throw .status(self.status)
        }
        let type: StaticString = isJSON ? "application/json; charset=UTF-8" : "text/plain; charset=UTF-8"
        var response = HTTPResponse(status, contentType: type, body: body)
        for (name, value) in fields { response.setField(name, value) }
        return response
    }

    /// The answer to `/json/version`, `/json/list` or `/json/new` with its WebSocket URLs leading to `listener`. They need no
    /// ticket: the listener adds the credential.
    func leading(
        to listener: Authority,
        _ shape: DevToolsJSON.Shape,
        atMost memory: Int
    ) throws(UpstreamFailure) -> HTTPResponse {
        guard status == HTTPStatus.ok.code else { return try unchanged() }
        do throws(DevToolsJSONError) {
            let targets = try DevToolsJSON(body, shape: shape, by: .proxy, atMost: memory)
            return HTTPResponse(.ok, json: targets.serialized { "ws://\(listener)\($0)" })
        } catch {
            throw error == .tooLarge ? .tooLong : .malformedAnswer
        }
    }
}
