import ProxyCore

/// The answer to `GET /health`: whether Chrome answers. Anyone may ask, load balancers among them, so it tells nothing more.
enum HealthAnswer {
    /// The answer while Chrome is up, or is not for a reason.
    static func response(_ outage: ChromeOutage?) -> HTTPResponse {
        let isUp = outage == nil
        var body: JSONValue = [
            "status": JSONValue(isUp ? "ok" : "unavailable"), "chrome": JSONValue(isUp ? "up" : "down"),
            "version": JSONValue(ProductVersion.text),
        ]
        if let outage { body = body.adding("reason", JSONValue(outage.rawValue)) }
        return HTTPResponse(isUp ? .ok : .serviceUnavailable, json: body.serialized())
    }
}
