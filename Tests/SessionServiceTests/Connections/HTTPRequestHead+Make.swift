import NIOHTTP1

extension HTTPRequestHead {
    /// A head for tests, with fields such as `Host: a`.
    static func make(
        _ lines: [String] = ["Host: a"],
        version: HTTPVersion = .http1_1,
        method: HTTPMethod = .POST
    ) -> HTTPRequestHead {
        let fields = lines.map { line in
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
        return HTTPRequestHead(version: version, method: method, uri: "/", headers: HTTPHeaders(fields))
    }
}
