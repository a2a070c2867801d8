import ProxyCore

/// The answer to whatever is refused, on both listeners: a status, and a JSON body with `error`, what the reader may do about
/// it where that may be told, and the request's id.
struct RefusalAnswer {
    private let status: HTTPStatus
    private let error: String
    private let description: String?
    private let field: (name: StaticString, value: String)?

    /// An answer with these values of `error` and `error_description`, and the field that its status asks for.
    init(
        _ status: HTTPStatus,
        _ error: String,
        _ description: String? = nil,
        field: (name: StaticString, value: String)? = nil
    ) {
        self.status = status
        self.error = error
        self.description = description
        self.field = field
    }

    /// The answer to a request.
    func response(to request: RequestID) -> HTTPResponse {
        var response = HTTPResponse(status, json: body(request))
        if let field { response.setField(field.name, field.value) }
        return response
    }

    /// Written member by member: a client that floods the proxy with requests makes it write this as often.
    private func body(_ request: RequestID) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(256)
        body.append(#"{"error":"#)
        JSONString(error).write(to: &body)
        if let description {
            body.append(#","error_description":"#)
            JSONString(description).write(to: &body)
        }
        body.append(#","requestId":""#)
        request.write(to: &body)
        body.append(#""}"#)
        return body
    }
}
