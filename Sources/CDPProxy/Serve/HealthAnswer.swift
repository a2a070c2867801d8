import ProxyCore

/// The answer to `GET /health`: whether Chrome answers. Anyone may ask, load balancers among them, so it tells nothing more.
enum HealthAnswer {
    /// The answer while Chrome is up, or is not.
    static func response(chromeIsUp isUp: Bool) -> HTTPResponse {
        let body: JSONValue = [
            "status": JSONValue(isUp ? "ok" : "unavailable"), "chrome": JSONValue(isUp ? "up" : "down"),
            "version": JSONValue(ProductVersion.text),
        ]
        return HTTPResponse(isUp ? .ok : .serviceUnavailable, json: body.serialized())
    }
}
